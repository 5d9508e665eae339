// SPDX-License-Identifier: Apache-2.0

/// Builds the one document of a text: at most 1 MiB, 64 levels deep, without aliases and double keys.
struct YAMLDocument {
    static let byteCountMax = 1 << 20
    static let depthMax = 64

    /// A sequence or mapping that is still open.
    private struct Frame {
        var isMapping: Bool
        var mark: YAMLMark
        var nodes: [YAMLNode] = []
        var entries: [YAMLNode.Entry] = []
        var names: Set<String> = []
        /// The key whose value comes next.
        var key: (name: String, mark: YAMLMark)?

        var awaitsKey: Bool { self.isMapping && self.key == nil }

        mutating func add(_ node: YAMLNode) {
            if let key = self.key {
                self.entries.append(YAMLNode.Entry(key: key.name, keyMark: key.mark, value: node))
                self.key = nil
            } else {
                self.nodes.append(node)
            }
        }
    }

    private var frames: [Frame] = []
    private var root: YAMLNode?
    private var documentCount = 0

    /// Parses `text`; an empty text is `null`.
    static func parse(_ text: [UInt8]) throws(YAMLError) -> YAMLNode {
        let start = YAMLMark(line: 1, column: 1)
        guard text.count <= Self.byteCountMax else {
            throw YAMLError(mark: start, reason: "the file is larger than 1 MiB")
        }
        var document = YAMLDocument()
        try YAMLEvents.read(text) { (event, mark) throws(YAMLError) in try document.take(event, mark) }
        return document.root ?? .null(mark: start)
    }

    private mutating func take(_ event: YAMLEvent, _ mark: YAMLMark) throws(YAMLError) {
        switch event {
        case .documentStart:
            self.documentCount += 1
            guard self.documentCount == 1 else {
                throw YAMLError(mark: mark, reason: "one document is allowed, here a second one starts")
            }
        case .alias:
            throw YAMLError(mark: mark, reason: "aliases are not allowed")
        case .sequenceStart: try self.open(Frame(isMapping: false, mark: mark))
        case .mappingStart: try self.open(Frame(isMapping: true, mark: mark))
        case .sequenceEnd, .mappingEnd:
            guard let frame = self.frames.popLast() else { return }
            self.close(
                frame.isMapping
                    ? .mapping(frame.entries, mark: frame.mark) : .sequence(frame.nodes, mark: frame.mark)
            )
        case .scalar(let text, let isPlain): try self.scalar(text, isPlain: isPlain, mark)
        case .documentEnd, .other: break
        }
    }

    private mutating func scalar(_ text: String, isPlain: Bool, _ mark: YAMLMark) throws(YAMLError) {
        let last = self.frames.count - 1
        if last >= 0, self.frames[last].awaitsKey {
            guard self.frames[last].names.insert(text).inserted else {
                throw YAMLError(mark: mark, reason: "this key is set twice")
            }
            self.frames[last].key = (text, mark)
            return
        }
        let isNull = isPlain && ["", "~", "null", "Null", "NULL"].contains(text)
        self.close(isNull ? .null(mark: mark) : .scalar(text, mark: mark))
    }

    private mutating func open(_ frame: Frame) throws(YAMLError) {
        guard self.frames.count < Self.depthMax else {
            throw YAMLError(mark: frame.mark, reason: "nested deeper than \(Self.depthMax) levels")
        }
        if let outer = self.frames.last, outer.awaitsKey {
            throw YAMLError(mark: frame.mark, reason: "a key must be a plain word")
        }
        self.frames.append(frame)
    }

    private mutating func close(_ node: YAMLNode) {
        if self.frames.isEmpty { self.root = node } else { self.frames[self.frames.count - 1].add(node) }
    }
}
