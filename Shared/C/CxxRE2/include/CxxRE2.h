#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled pattern; owned by the caller, freed by `hearth_re2_free`.
typedef struct hearth_re2 hearth_re2;

/// Compiles `pattern` within `memory_max` bytes. NULL on failure, with the reason in `error` (NUL-terminated, cut).
hearth_re2 *hearth_re2_compile(const char *pattern, size_t count, int64_t memory_max, char *error, size_t error_size);

/// 1 when the pattern matches the whole text (anchored at both ends), 0 when not.
int hearth_re2_full_match(const hearth_re2 *regex, const char *text, size_t count);

void hearth_re2_free(hearth_re2 *regex);

#ifdef __cplusplus
}
#endif
