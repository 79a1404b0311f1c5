/* Long sums: pieces in the numbers' own type, one after another, and the pieces' sums in double. So the error
 * of a float32 sum grows with a piece, not with the sum; the order depends on nothing but the length. */
#ifndef DSC_CORE_SUMS_H
#define DSC_CORE_SUMS_H

#include "core/internal.h"

/* The most products whose sum is left to the kernels, which add up some hundred at a time, and those sums one
 * after another. Beyond, pieces of that length are added up in double. */
enum { DSC_LONGEST_SUM = 16384 };
/* The most that are added up one after another: the bound that linalg.h states. */
enum { DSC_ONE_SUM = 512 };

enum { DSC_PIECE = 256, DSC_SUM_COLUMNS = 256 };
/* Rows to one load and store of columns' sums. */
enum { DSC_ROWS = 4 };

/* sums[i] += x[i] */
void dsc_sums_add(dsc_dtype dtype, size_t n, const void *x, double *sums);
/* x[i] = sums[i] */
void dsc_sums_store(dsc_dtype dtype, size_t n, const double *sums, void *x);

/* The sum of numbers that stand together, in double: some side by side, pieces of them, and then those. */
double dsc_sums_of_row(dsc_dtype dtype, size_t n, const void *x);

/* The sums down the rows of up to DSC_SUM_COLUMNS columns, rows being `stride` numbers apart: pieces of rows
 * and then those, all in double. A column's sum does not depend on the others. */
void dsc_sums_of_columns(dsc_dtype dtype, size_t rows, size_t stride, size_t columns, const void *x,
                         double *sums);

#endif
