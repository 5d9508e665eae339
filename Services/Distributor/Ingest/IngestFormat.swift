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
        switch parameter {
        case "trie": self = .trie
        case "tree": self = .tree
        case "lines": self = .lines
        case "jfr": self = .jfr
        case "pprof": self = isForm ? .multipart : .pprof
        case "speedscope": self = .speedscope
        default:
            if contentType == "binary/octet-stream+trie" {
                self = .trie
            } else if contentType == "binary/octet-stream+tree" {
                self = .tree
            } else {
                self = isForm ? .multipart : .groups
            }
        }
    }
}
