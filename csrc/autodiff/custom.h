/* Operations of the caller's. */
#ifndef DSC_AUTODIFF_CUSTOM_H
#define DSC_AUTODIFF_CUSTOM_H

struct dsc_custom;
void dsc_custom_release(struct dsc_custom *custom);

#endif
