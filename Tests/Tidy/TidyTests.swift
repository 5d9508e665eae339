// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The rules of the house that no compiler checks.
@Suite struct TidyTests {
    static let fileLineMax = 400
    static let functionLineMax = 60
    static let columnMax = 110
    static let readmeLineMax = 150

    @Test func everyFileNamesItsLicence() {
        for file in SourceTree.swift {
            let head = file.lines.prefix(3)
            #expect(head.contains("// SPDX-License-Identifier: Apache-2.0"), "\(file.path)")
        }
    }

    @Test func filesAreShort() {
        for file in SourceTree.swift {
            #expect(file.lines.count <= Self.fileLineMax + 1, "\(file.path): \(file.lines.count) lines")
        }
    }

    @Test func linesAreShort() {
        for file in SourceTree.swift {
            for (index, line) in file.lines.enumerated() where line.count > Self.columnMax {
                Issue.record("\(file.path):\(index + 1): \(line.count) columns")
            }
        }
    }

    @Test func functionsAreShort() {
        for file in SourceTree.swift {
            for function in Self.functions(of: file) where function.lineCount > Self.functionLineMax {
                Issue.record("\(file.path):\(function.start): \(function.lineCount) lines")
            }
        }
    }

    @Test(arguments: [
        (#"\btry!"#, "a failed try! ends the process for every tenant"),
        (#"\bas!"#, "a failed cast traps"),
        (#"\bfatalError\("#, "throw, or state a precondition"),
        (#"\bprint\("#, "log through EventLog"),
        (#"-Ounchecked"#, "never"),
        (#"\bTask\.detached\b|\bTask \{|\bTask\("#, "loose tasks live in ServiceKit and HTTPServer only"),
    ])
    func shippedCodeAvoids(pattern: String, reason: String) {
        for file in SourceTree.shipped {
            if pattern.contains("Task"), ["ServiceKit", "HTTPServer"].contains(file.module) { continue }
            for line in SourceTree.hits(pattern, in: file) {
                Issue.record("\(file.path):\(line): \(pattern) — \(reason)")
            }
        }
    }

    @Test func uncheckedSendabilityIsExplained() {
        for file in SourceTree.shipped {
            for line in SourceTree.hits(#"@unchecked Sendable|nonisolated\(unsafe\)"#, in: file) {
                let above = file.lines[max(0, line - 8)..<line]
                #expect(above.contains { $0.contains("SAFETY:") }, "\(file.path):\(line): no SAFETY comment")
            }
        }
    }

    @Test func unsafeStaysInLeafModules() {
        let allowed: Set<String> = [
            "ByteCoding", "Compression", "Blocking", "EventLog", "Exposition", "Pprof", "ProfileColumns",
            "ProtobufWire", "LabelSelector", "HTTPServer", "HTTPClient", "PostgresClient", "SQLiteClient",
            "ConfigSchema", "HeadStore", "BlockStore", "ServiceKit", "FlameGraph", "WireAPI", "WebUI",
        ]
        for file in SourceTree.shipped where !allowed.contains(file.module) {
            for line in SourceTree.hits(#"\bunsafe\b"#, in: file) {
                Issue.record("\(file.path):\(line): unsafe outside the leaf modules")
            }
        }
    }

    @Test func lowerLayersDoWithoutFoundation() {
        let low = [
            "ByteCoding", "ProfileModel", "Compression", "Blocking", "Exposition", "EventLog",
            "ProfileColumns",
            "Pprof", "ProtobufWire", "LabelSelector", "FlameGraph", "HTTPServer", "HTTPClient",
            "PostgresClient",
            "SQLiteClient", "ConfigSchema",
        ]
        for file in SourceTree.shipped {
            let pattern = low.contains(file.module) ? #"import Foundation"# : #"import Foundation$"#
            for line in SourceTree.hits(pattern, in: file) {
                Issue.record("\(file.path):\(line): Foundation")
            }
        }
    }

    @Test func namesSayWhatThingsAre() {
        let banned = "Manager|Helper|Utils?|Common|Misc|Base|Impl|Extras|Info|Types"
        for file in SourceTree.shipped {
            let pattern = #"\b(struct|class|enum|actor|protocol) \w*("# + banned + #")\b"#
            for line in SourceTree.hits(pattern, in: file) {
                Issue.record("\(file.path):\(line): banned name")
            }
        }
    }

    @Test func packageDeclarationsAreDocumented() {
        let kinds = "struct|final class|class|enum|actor|protocol|static func|mutating func|func"
        for file in SourceTree.shipped {
            for line in SourceTree.hits(#"^\s*(@\w+ )*package (\#(kinds)) "#, in: file) {
                var above = line - 2
                while above >= 0, Self.isAttribute(file.lines[above]) { above -= 1 }
                let documented = above >= 0 && file.lines[above].contains("///")
                let clear = documented || Self.needsNoComment(file.lines[line - 1])
                #expect(clear, "\(file.path):\(line): no doc comment")
            }
        }
    }

    @Test func nothingComesFromOutside() {
        #expect(!SourceTree.manifest.contains(".package(url"))
        #expect(!SourceTree.manifest.contains("unsafeFlags"))
    }

    @Test func theReadmeIsShort() {
        let lines = SourceTree.text("README.md").components(separatedBy: "\n").count
        #expect(lines > 10 && lines <= Self.readmeLineMax + 1, "README.md: \(lines) lines")
    }

    @Test func testsReachWhatAReleaseBuildOffers() {
        for file in SourceTree.tests {
            for line in SourceTree.hits("@testable", in: file) {
                Issue.record("\(file.path):\(line): make what the test needs `package`")
            }
        }
    }

    @Test func testsDoNotSleep() {
        for file in SourceTree.tests where file.path.contains("Tests/") && !file.path.hasPrefix("Tests/Tidy")
        {
            for line in SourceTree.hits(#"(?<!func )\b(usleep|sleep|nanosleep)\(|Task\.sleep"#, in: file) {
                Issue.record("\(file.path):\(line): wait on a condition or inject the clock")
            }
        }
    }

    private static func isAttribute(_ line: String) -> Bool {
        let trimmed = line.drop { $0 == " " }
        return trimmed.hasPrefix("@") || trimmed.hasPrefix("//") && !trimmed.hasPrefix("///")
    }

    /// Operators, conformances to standard protocols and to `Message` and `WireValue`: their meaning is the
    /// protocol's.
    private static func needsNoComment(_ line: String) -> Bool {
        [
            " == ", "static func <", "func hash(into", "encode(to", "override func ",
            "func fields<C: FieldCodec>", "static func read(_ ", "func write(_ ",
        ].contains { line.contains($0) }
    }

    /// Functions by indentation: from the line that opens one to the brace that closes it at the same depth.
    static func functions(of file: SourceFile) -> [(start: Int, lineCount: Int)] {
        var found: [(start: Int, lineCount: Int)] = []
        for (index, line) in file.lines.enumerated() {
            let code = SourceTree.withoutComment(line)
            let opens = code.contains("func ") || code.contains(" init(") || code.contains("deinit")
            guard opens, !code.contains("\""), !code.hasSuffix("}") else { continue }
            let indent = String(line.prefix { $0 == " " })
            guard let end = file.lines[index...].firstIndex(where: { $0 == indent + "}" }) else { continue }
            let body = file.lines[index..<end].contains { $0.hasSuffix("{") }
            if body { found.append((index + 1, end - index + 1)) }
        }
        return found
    }
}
