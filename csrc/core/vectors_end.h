#undef WIDTH
#undef AT
#undef LOAD
