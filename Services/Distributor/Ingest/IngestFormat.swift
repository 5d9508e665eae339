// SPDX-License-Identifier: Apache-2.0

/// What the body of an `/ingest` request is; the first rule that matches wins (spec/ingest 2.4).
enum IngestFormat: String, Equatable {
    case trie, tree, lines, jfr
    /// The body is the pprof.
    case pprof
    case speedscope
    /// A multipart form whose part `profile` is the pprof.
    case multipart
    case groups

    init(parameter: String, contentType: String) {
        let isForm = contentType.contains("multipart/form-data")
        self =
            switch (parameter, contentType) {
            case ("trie", _), (_, "binary/octet-stream+trie"): .trie
            case ("tree", _), (_, "binary/octet-stream+tree"): .tree
            case ("lines", _): .lines
            case ("jfr", _): .jfr
            case ("pprof", _): isForm ? .multipart : .pprof
            case ("speedscope", _): .speedscope
            default: isForm ? .multipart : .groups
            }
    }
}
