#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled pattern; owned by the caller, freed by `hearth_re2_free`.
typedef struct hearth_re2 hearth_re2;

/// Compiles `pattern` within `memory_max` bytes. NULL on failure, with the reason in `error` (NUL-terminated,
/// cut).
hearth_re2 *hearth_re2_compile(const char *pattern, size_t count, int64_t memory_max, char *error, size_t error_size);

/// 1 when the pattern matches the whole text (anchored at both ends), 0 when not.
int hearth_re2_full_match(const hearth_re2 *regex, const char *text, size_t count);

/// The number of groups in parentheses.
int hearth_re2_groups(const hearth_re2 *regex);

/// The number of the group with this name; -1 when there is none.
int hearth_re2_group(const hearth_re2 *regex, const char *name, size_t count);

/// Matches the whole text; writes offset and length of the match and of its first groups, `groups` pairs in
/// all
/// (1 to 32), to `bounds`; the offset is -1 where a group took no part. 1 when the pattern matches, 0 when
/// not.
int hearth_re2_captures(const hearth_re2 *regex, const char *text, size_t count, int32_t *bounds, int groups);

void hearth_re2_free(hearth_re2 *regex);

#ifdef __cplusplus
}
#endif
