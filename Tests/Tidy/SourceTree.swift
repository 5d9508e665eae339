// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A source file of the repository, as lines.
struct SourceFile {
    let path: String
    let lines: [String]

    /// The module the file belongs to: `Shared/<module>/…` or `Services/<module>/…`.
    var module: String { self.path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
}

/// The files under version control, read from the working copy.
enum SourceTree {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let swift = files(under: ["Services", "Shared", "Tests"]).filter { $0.path.hasSuffix(".swift") }
    static let shipped = swift.filter { !$0.path.hasPrefix("Tests/") }
    static let tests = swift.filter { $0.path.hasPrefix("Tests/") }
    static let manifest = text("Package.swift")

    static func text(_ path: String) -> String {
        (try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)) ?? ""
    }

    static func files(under folders: [String]) -> [SourceFile] {
        folders.flatMap { folder -> [SourceFile] in
            let names = FileManager.default.subpaths(atPath: root.appendingPathComponent(folder).path) ?? []
            return names.sorted().compactMap { name in
                let path = "\(folder)/\(name)"
                guard let text = try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
                else { return nil }
                return SourceFile(path: path, lines: text.components(separatedBy: "\n"))
            }
        }
    }

    /// Line numbers (from 1) whose code, comments left out, contains a match of `pattern`.
    static func hits(_ pattern: String, in file: SourceFile) -> [Int] {
        guard let regex = try? NSRegularExpression(pattern: pattern) else { return [] }
        return file.lines.enumerated().compactMap { index, line in
            let code = withoutComment(line)
            let range = NSRange(code.startIndex..., in: code)
            return regex.firstMatch(in: code, range: range) == nil ? nil : index + 1
        }
    }

    /// `line` up to a comment, with string literals emptied.
    static func withoutComment(_ line: String) -> String {
        var out = ""
        var inString = false
        var previous: Character = " "
        for character in line {
            if character == "\"" && previous != "\\" {
                inString.toggle()
                out.append("\"")
            } else if !inString {
                out.append(character)
                if out.hasSuffix("//") { return String(out.dropLast(2)) }
            }
            previous = character
        }
        return out
    }
}
