// SPDX-License-Identifier: Apache-2.0
#include "CWebAssets.h"

// #embed is C23; clang knows it in every mode and only remarks on it.
#pragma clang diagnostic ignored "-Wc23-extensions"

#define FILE_BYTES(symbol) static const unsigned char symbol[]

FILE_BYTES(index_html) = {
#embed "../../WebUI/Assets/index.html"
};

FILE_BYTES(mark_svg) = {
#embed "../../WebUI/Assets/mark.svg"
};

FILE_BYTES(tokens_css) = {
#embed "../../WebUI/Assets/tokens.css"
};

FILE_BYTES(app_css) = {
#embed "../../WebUI/Assets/app.css"
};

FILE_BYTES(explore_css) = {
#embed "../../WebUI/Assets/explore.css"
};

FILE_BYTES(api_js) = {
#embed "../../WebUI/Assets/api.js"
};

FILE_BYTES(app_js) = {
#embed "../../WebUI/Assets/app.js"
};

FILE_BYTES(charts_js) = {
#embed "../../WebUI/Assets/charts.js"
};

FILE_BYTES(dialogs_js) = {
#embed "../../WebUI/Assets/dialogs.js"
};

FILE_BYTES(dom_js) = {
#embed "../../WebUI/Assets/dom.js"
};

FILE_BYTES(drawer_js) = {
#embed "../../WebUI/Assets/drawer.js"
};

FILE_BYTES(explore_js) = {
#embed "../../WebUI/Assets/explore.js"
};

FILE_BYTES(first_js) = {
#embed "../../WebUI/Assets/first.js"
};

FILE_BYTES(flame_js) = {
#embed "../../WebUI/Assets/flame.js"
};

FILE_BYTES(format_js) = {
#embed "../../WebUI/Assets/format.js"
};

FILE_BYTES(icons_js) = {
#embed "../../WebUI/Assets/icons.js"
};

FILE_BYTES(layout_js) = {
#embed "../../WebUI/Assets/layout.js"
};

FILE_BYTES(names_js) = {
#embed "../../WebUI/Assets/names.js"
};

FILE_BYTES(paint_js) = {
#embed "../../WebUI/Assets/paint.js"
};

FILE_BYTES(parts_js) = {
#embed "../../WebUI/Assets/parts.js"
};

FILE_BYTES(period_js) = {
#embed "../../WebUI/Assets/period.js"
};

FILE_BYTES(query_js) = {
#embed "../../WebUI/Assets/query.js"
};

FILE_BYTES(rail_js) = {
#embed "../../WebUI/Assets/rail.js"
};

FILE_BYTES(reading_js) = {
#embed "../../WebUI/Assets/reading.js"
};

FILE_BYTES(selector_js) = {
#embed "../../WebUI/Assets/selector.js"
};

FILE_BYTES(shortcuts_js) = {
#embed "../../WebUI/Assets/shortcuts.js"
};

FILE_BYTES(state_js) = {
#embed "../../WebUI/Assets/state.js"
};

FILE_BYTES(table_js) = {
#embed "../../WebUI/Assets/table.js"
};

FILE_BYTES(theme_js) = {
#embed "../../WebUI/Assets/theme.js"
};

FILE_BYTES(times_js) = {
#embed "../../WebUI/Assets/times.js"
};

FILE_BYTES(usage_js) = {
#embed "../../WebUI/Assets/usage.js"
};

#define ASSET(file, symbol) { file, symbol, sizeof symbol }

static const struct hearth_asset assets[] = {
    ASSET("index.html", index_html),
    ASSET("mark.svg", mark_svg),
    ASSET("tokens.css", tokens_css),
    ASSET("app.css", app_css),
    ASSET("explore.css", explore_css),
    ASSET("api.js", api_js),
    ASSET("app.js", app_js),
    ASSET("charts.js", charts_js),
    ASSET("dialogs.js", dialogs_js),
    ASSET("dom.js", dom_js),
    ASSET("drawer.js", drawer_js),
    ASSET("explore.js", explore_js),
    ASSET("first.js", first_js),
    ASSET("flame.js", flame_js),
    ASSET("format.js", format_js),
    ASSET("icons.js", icons_js),
    ASSET("layout.js", layout_js),
    ASSET("names.js", names_js),
    ASSET("paint.js", paint_js),
    ASSET("parts.js", parts_js),
    ASSET("period.js", period_js),
    ASSET("query.js", query_js),
    ASSET("rail.js", rail_js),
    ASSET("reading.js", reading_js),
    ASSET("selector.js", selector_js),
    ASSET("shortcuts.js", shortcuts_js),
    ASSET("state.js", state_js),
    ASSET("table.js", table_js),
    ASSET("theme.js", theme_js),
    ASSET("times.js", times_js),
    ASSET("usage.js", usage_js),
};

size_t hearth_asset_count(void) { return sizeof assets / sizeof assets[0]; }

struct hearth_asset hearth_asset_at(size_t index) { return assets[index]; }
