/* fuzz_list_yaml.c - any bytes as a list in YAML, see fuzz_list.h. */
#include "fuzz_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_list(bytes, size, "list.yaml");
    return 0;
}
