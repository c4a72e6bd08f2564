/* fuzz_csv.c - any bytes as a list in CSV, see fuzz_list.h. */
#include "fuzz_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_list(bytes, size, "list.csv");
    return 0;
}
