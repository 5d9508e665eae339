// The web page's files, embedded by the compiler.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>

/// One embedded file; the bytes live as long as the process.
struct hearth_asset {
    const char *name;
    const unsigned char *bytes;
    size_t count;
};

/// How many files there are.
size_t hearth_asset_count(void);

/// File `index`, below `hearth_asset_count()`.
struct hearth_asset hearth_asset_at(size_t index);
