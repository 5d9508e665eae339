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

FILE_BYTES(app_js) = {
#embed "../../WebUI/Assets/app.js"
};

FILE_BYTES(api_js) = {
#embed "../../WebUI/Assets/api.js"
};

FILE_BYTES(charts_js) = {
#embed "../../WebUI/Assets/charts.js"
};

FILE_BYTES(dom_js) = {
#embed "../../WebUI/Assets/dom.js"
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

FILE_BYTES(layout_js) = {
#embed "../../WebUI/Assets/layout.js"
};

FILE_BYTES(names_js) = {
#embed "../../WebUI/Assets/names.js"
};

FILE_BYTES(rail_js) = {
#embed "../../WebUI/Assets/rail.js"
};

FILE_BYTES(state_js) = {
#embed "../../WebUI/Assets/state.js"
};

FILE_BYTES(table_js) = {
#embed "../../WebUI/Assets/table.js"
};

#define ASSET(file, symbol) { file, symbol, sizeof symbol }

static const struct hearth_asset assets[] = {
    ASSET("index.html", index_html),
    ASSET("mark.svg", mark_svg),
    ASSET("tokens.css", tokens_css),
    ASSET("app.css", app_css),
    ASSET("app.js", app_js),
    ASSET("api.js", api_js),
    ASSET("charts.js", charts_js),
    ASSET("dom.js", dom_js),
    ASSET("first.js", first_js),
    ASSET("flame.js", flame_js),
    ASSET("format.js", format_js),
    ASSET("layout.js", layout_js),
    ASSET("names.js", names_js),
    ASSET("rail.js", rail_js),
    ASSET("state.js", state_js),
    ASSET("table.js", table_js),
};

size_t hearth_asset_count(void) { return sizeof assets / sizeof assets[0]; }

struct hearth_asset hearth_asset_at(size_t index) { return assets[index]; }
