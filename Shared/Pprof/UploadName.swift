// SPDX-License-Identifier: Apache-2.0

/// The name of an `/ingest` upload, which says nothing but its sample types (spec/ingest 2.7).
package enum UploadName {
    /// `__name__` for a profile with these sample types; `displayNames` come from the upload, nil without.
    package static func derived(types: [String], displayNames: [String: String]?) -> String {
        let displayNames = displayNames ?? Self.defaultDisplayNames
        if types.contains("wall") { return "wall" }
        var name = ""
        for type in types {
            name = displayNames[type].flatMap { $0.isEmpty ? nil : $0 } ?? type
            if Self.contains(name, "cpu") { return "process_cpu" }
            if Self.contains(name, "alloc_") || Self.contains(name, "inuse_") { return "memory" }
            if name == "space" || name == "objects" { return "memory" }
            if Self.contains(name, "mutex_") { return "mutex" }
            if Self.contains(name, "block_") { return "block" }
            if Self.contains(name, "goroutines") { return "goroutines" }
        }
        return name
    }

    private static let defaultDisplayNames = [
        "samples": "cpu", "goroutine": "goroutines", "contentions": "mutex_count", "delay": "mutex_duration",
    ]

    private static func contains(_ text: String, _ part: String) -> Bool {
        let (text, part) = (Array(text.utf8), Array(part.utf8))
        guard text.count >= part.count else { return false }
        return (0...text.count - part.count).contains { text[$0...].starts(with: part) }
    }
}
