/* For templates over DSC_REAL. */

/* `rows` rows of `columns` numbers, `from_row` apart, brought together with zeros behind each. */
static void DSC_NAME(gather_rows)(size_t rows, size_t columns, const DSC_REAL *from, size_t from_row,
                                  DSC_REAL *to, size_t to_row) {
    for (size_t i = 0; i < rows; ++i) {
        for (size_t j = 0; j < columns; ++j)
            to[i * to_row + j] = from[i * from_row + j];
        for (size_t j = columns; j < to_row; ++j)
            to[i * to_row + j] = 0;
    }
}
