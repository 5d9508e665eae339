// A C face for RE2: linear-time matching, the Go server's syntax.
// SPDX-License-Identifier: Apache-2.0
#include "CxxRE2.h"
#include <cstdio>
#include <new>
#include <re2/re2.h>
#include <string>

struct hearth_re2 {
    RE2 regex;
    hearth_re2(re2::StringPiece pattern, const RE2::Options &options) : regex(pattern, options) {}
};

extern "C" hearth_re2 *hearth_re2_compile(
    const char *pattern, size_t count, int64_t memory_max, char *error, size_t error_size
) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_dot_nl(true);
    options.set_max_mem(memory_max);
    auto *made = new (std::nothrow) hearth_re2(re2::StringPiece(pattern, count), options);
    if (!made) {
        std::snprintf(error, error_size, "out of memory");
        return nullptr;
    }
    if (made->regex.ok()) return made;
    std::snprintf(error, error_size, "%s", made->regex.error().c_str());
    delete made;
    return nullptr;
}

extern "C" int hearth_re2_full_match(const hearth_re2 *regex, const char *text, size_t count) {
    return RE2::FullMatch(re2::StringPiece(text, count), regex->regex) ? 1 : 0;
}

extern "C" int hearth_re2_groups(const hearth_re2 *regex) { return regex->regex.NumberOfCapturingGroups(); }

extern "C" int hearth_re2_group(const hearth_re2 *regex, const char *name, size_t count) {
    const auto &groups = regex->regex.NamedCapturingGroups();
    auto found = groups.find(std::string(name, count));
    return found == groups.end() ? -1 : found->second;
}

extern "C" int hearth_re2_captures(
    const hearth_re2 *regex, const char *text, size_t count, int32_t *bounds, int groups
) {
    constexpr int groups_max = 32;
    if (groups < 1 || groups > groups_max || count > INT32_MAX) return 0;
    re2::StringPiece whole(text, count), found[groups_max];
    if (!regex->regex.Match(whole, 0, count, RE2::ANCHOR_BOTH, found, groups)) return 0;
    for (int i = 0; i < groups; i++) {
        bool matched = found[i].data() != nullptr;
        bounds[2 * i] = matched ? static_cast<int32_t>(found[i].data() - whole.data()) : -1;
        bounds[2 * i + 1] = matched ? static_cast<int32_t>(found[i].size()) : 0;
    }
    return 1;
}

extern "C" void hearth_re2_free(hearth_re2 *regex) { delete regex; }
