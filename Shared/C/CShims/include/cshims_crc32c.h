#pragma once
#include <stddef.h>
#include <stdint.h>

/// CRC32C (Castagnoli) of `count` bytes, continuing from `crc` (0 to start). SSE4.2 or ARMv8 where present.
uint32_t hearth_crc32c(uint32_t crc, const void *bytes, size_t count);
