// SPDX-License-Identifier: Apache-2.0

/// The text that `perf script` prints: a line about the event, then its stack, leaf first, an empty line.
enum PerfScript {
    /// Whether a text begins with an event and a frame below it.
    static func isLikely(_ text: [UInt8]) -> Bool {
        let lines = text.prefix(4_096).split(separator: UInt8(ascii: "\n"))
            .drop { $0.first == UInt8(ascii: "#") }
        guard lines.count > 1, let event = lines.first, Self.command(event) != nil else { return false }
        return Self.isFrame(lines[lines.index(after: lines.startIndex)])
    }

    /// The stacks as folded text: command, then frames from the root on; semicolons in names become colons.
    static func folded(_ text: [UInt8], byteCountMax: Int) throws(AdHocFault) -> [UInt8] {
        var folded: [UInt8] = []
        var command: [UInt8] = []
        var frames: [ArraySlice<UInt8>] = []
        func end() throws(AdHocFault) {
            defer { frames = [] }
            guard !frames.isEmpty else { return }
            folded += command
            for frame in frames.reversed() {
                folded.append(UInt8(ascii: ";"))
                folded += frame.map { $0 == UInt8(ascii: ";") ? UInt8(ascii: ":") : $0 }
            }
            folded += Array(" 1\n".utf8)
            guard folded.count <= byteCountMax else { throw .tooLarge(byteCountMax) }
        }
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if line.first == UInt8(ascii: "#") { continue }
            if Self.isFrame(line) {
                if let name = Self.symbol(line) { frames.append(name) }
                continue
            }
            try end()
            if let found = Self.command(line) { command = found }
        }
        try end()
        guard !folded.isEmpty else { throw AdHocFault("no stack was found") }
        return folded
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }

    private static func isFrame(_ line: ArraySlice<UInt8>) -> Bool {
        guard let first = line.first, Self.isBlank(first) else { return false }
        return !line.allSatisfy(Self.isBlank)
    }

    /// What stands before the process id of an event's line, which ends with a colon; nil when it is none.
    private static func command(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        let words = line.split(whereSeparator: Self.isBlank)
        let isID = { (word: ArraySlice<UInt8>) in
            word.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "/") }
        }
        guard words.count > 2, let id = words.dropFirst().firstIndex(where: isID) else { return nil }
        return Array(words[..<id].joined(separator: [UInt8(ascii: " ")]))
            .map { $0 == UInt8(ascii: ";") ? UInt8(ascii: ":") : $0 }
    }

    /// The symbol of a frame: behind the address, before the file in brackets.
    private static func symbol(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let address: ArraySlice<UInt8> = line.drop(while: Self.isBlank)
        let rest: ArraySlice<UInt8> = address.drop { !Self.isBlank($0) }
        var name: ArraySlice<UInt8> = rest.drop(while: Self.isBlank)
        while let last = name.last, Self.isBlank(last) { name.removeLast() }
        if name.last == UInt8(ascii: ")"), let open = name.lastIndex(of: UInt8(ascii: "(")),
            open > name.startIndex, Self.isBlank(name[open - 1])
        {
            name = name[..<(open - 1)]
            while let last = name.last, Self.isBlank(last) { name.removeLast() }
        }
        return name.isEmpty ? nil : name
    }
}
