/* Products with a thin side, for which BLAS would pack more than it multiplies: these read operands in place,
 * or pack a piece at a time. */
#ifndef DSC_LINALG_THIN_H
#define DSC_LINALG_THIN_H

#include "linalg/gemm.h"

/* Whether a product is one that dsc_thin_run_tile is for, and faster at. Depends on the plan only. */
bool dsc_is_thin(const dsc_gemm_plan *plan);

/* The part of the product from k = first on, `count` of them; added to c if it says so. */
void dsc_thin_run_tile(const dsc_gemm_plan *plan, dsc_gemm_tile tile, size_t first, size_t count, bool add);

#endif
