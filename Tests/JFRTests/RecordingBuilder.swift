// SPDX-License-Identifier: Apache-2.0

/// Writes small recordings, right or wrong ones, chunk by chunk.
struct ChunkBuilder {
    /// A field: name, class, and `c` for a constant, `a` for an array.
    typealias Field = (name: String, type: String, flags: String)

    static let event: [Field] = [
        ("startTime", "long", ""), ("eventThread", "java.lang.Thread", "c"),
        ("stackTrace", "jdk.types.StackTrace", "c"),
    ]
    static let context: [Field] = [
        ("contextId", "long", ""), ("spanId", "long", ""), ("spanName", "long", ""),
        ("traceIdHi", "long", ""), ("traceIdLo", "long", ""),
    ]

    /// In the order of their ids, from 1.
    static let standard: [(name: String, fields: [Field])] = [
        ("int", []), ("long", []), ("short", []), ("float", []), ("double", []), ("boolean", []),
        ("java.lang.String", []), ("java.lang.Thread", [("osName", "java.lang.String", "")]),
        ("jdk.types.ClassLoader", [("name", "jdk.types.Symbol", "c")]),
        (
            "java.lang.Class",
            [("classLoader", "jdk.types.ClassLoader", "c"), ("name", "jdk.types.Symbol", "c")]
        ),
        ("jdk.types.FrameType", [("description", "java.lang.String", "")]),
        ("jdk.types.ThreadState", [("name", "java.lang.String", "")]),
        ("jdk.types.Symbol", [("string", "java.lang.String", "")]),
        ("jdk.types.Package", [("name", "jdk.types.Symbol", "c")]),
        (
            "jdk.types.Method",
            [("type", "java.lang.Class", "c"), ("name", "jdk.types.Symbol", "c"), ("hidden", "boolean", "")]
        ),
        (
            "jdk.types.StackFrame",
            [
                ("method", "jdk.types.Method", "c"), ("lineNumber", "int", ""), ("bytecodeIndex", "int", ""),
                ("type", "jdk.types.FrameType", "c"),
            ]
        ),
        ("jdk.types.StackTrace", [("truncated", "boolean", ""), ("frames", "jdk.types.StackFrame", "a")]),
        ("jdk.ExecutionSample", Self.event + [("state", "jdk.types.ThreadState", "c")] + Self.context),
        ("jdk.JavaMonitorEnter", [("duration", "long", "")] + Self.event + Self.context),
        ("jdk.ThreadPark", [("duration", "long", "")] + Self.event),
        (
            "jdk.ActiveSetting",
            [("startTime", "long", ""), ("name", "java.lang.String", ""), ("value", "java.lang.String", "")]
        ),
        (
            "profiler.WallClockSample",
            Self.event + [("state", "jdk.types.ThreadState", "c"), ("samples", "int", "")]
        ),
        ("profiler.LiveObject", Self.event), ("profiler.Malloc", Self.event + [("size", "long", "")]),
        (
            "test.Odd",
            [
                ("ratio", "double", ""), ("names", "java.lang.String", "a"),
                ("part", "jdk.types.StackFrame", ""),
            ]
        ),
    ]

    var classes = Self.standard
    var ticksPerSecond: UInt64 = 1_000_000_000
    /// Events, and pools with the number of their entries.
    private var events: [UInt8] = []
    private var pools: [(type: String, count: Int, bytes: [UInt8])] = []

    static func long(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        while bytes.count < 8, rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(truncatingIfNeeded: rest)]
    }

    static func text(_ text: String) -> [UInt8] {
        [3] + Self.long(UInt64(text.utf8.count)) + Array(text.utf8)
    }

    func id(_ name: String) -> UInt64 {
        UInt64((self.classes.firstIndex { $0.name == name } ?? -1) + 1)
    }

    private static func sized(_ body: [UInt8]) -> [UInt8] {
        let short = Self.long(UInt64(body.count + 1))
        return (short.count == 1 ? short : Self.long(UInt64(body.count + short.count))) + body
    }

    /// An event with the first of its values; the others are 0, or what `tail` says.
    mutating func event(_ name: String, _ values: [UInt64], _ tail: [UInt8]? = nil) {
        let fieldCount = self.classes.first { $0.name == name }?.fields.count ?? 0
        let rest = tail ?? Array(repeating: 0, count: max(0, fieldCount - values.count))
        self.raw(Self.sized(Self.long(self.id(name)) + values.flatMap(Self.long) + rest))
    }

    /// Bytes between the events.
    mutating func raw(_ bytes: [UInt8]) { self.events += bytes }

    /// A pool; each entry is its id and the bytes of its fields.
    mutating func pool(_ type: String, _ entries: [(UInt64, [UInt8])], count: Int? = nil) {
        let bytes = entries.flatMap { Self.long($0.0) + $0.1 }
        self.pools.append((type, count ?? entries.count, bytes))
    }

    private func metadata() -> [UInt8] {
        var texts: [String] = []
        func index(_ text: String) -> [UInt8] {
            let known = texts.firstIndex(of: text)
            if known == nil { texts.append(text) }
            return Self.long(UInt64(known ?? texts.count - 1))
        }
        func element(_ name: String, _ attributes: [(String, String)], _ children: [[UInt8]]) -> [UInt8] {
            index(name) + Self.long(UInt64(attributes.count))
                + attributes.flatMap { index($0.0) + index($0.1) } + Self.long(UInt64(children.count))
                + children.flatMap(\.self)
        }
        let described = self.classes.enumerated().map { place, type in
            element(
                "class",
                [("id", "\(place + 1)"), ("name", type.name)],
                type.fields.map { field in
                    var attributes = [("name", field.name), ("class", "\(self.id(field.type))")]
                    if field.flags.contains("c") { attributes.append(("constantPool", "true")) }
                    if field.flags.contains("a") { attributes.append(("dimension", "1")) }
                    return element("field", attributes, [element("annotation", [("class", "9")], [])])
                }
            )
        }
        let tree = element("root", [], [element("metadata", [], described), element("region", [], [])])
        let count = Self.long(UInt64(texts.count))
        return Self.sized([0, 1, 0, 1] + count + texts.flatMap(Self.text) + tree)
    }

    /// The chunk: header, events, metadata, one pool event per pool, the last one first in the chain.
    func bytes(size: UInt64? = nil, poolDelta: ((Int) -> Int64)? = nil) -> [UInt8] {
        let header = 68
        var body = self.events
        let metadataOffset = header + body.count
        body += self.metadata()
        var poolOffset = header + body.count
        for (number, pool) in self.pools.enumerated() {
            let start = header + body.count
            let delta = number == 0 ? poolDelta?(start) ?? 0 : Int64(poolOffset - start)
            var event: [UInt8] = [1, 0, 0]
            for value in [UInt64(bitPattern: delta), 1, 1, self.id(pool.type), UInt64(pool.count)] {
                event += Self.long(value)
            }
            body += Self.sized(event + pool.bytes)
            poolOffset = start
        }
        var bytes: [UInt8] = [0x46, 0x4C, 0x52, 0, 0, 2, 0, 1]
        let whole = UInt64(header + body.count)
        let numbers = [
            size ?? whole, UInt64(poolOffset), UInt64(metadataOffset), 1, 2, 3, self.ticksPerSecond,
        ]
        for number in numbers {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        return bytes + [0, 0, 0, 1] + body
    }

    /// Two methods, two stacks, three states; ids beyond 32 bits.
    static func sample() -> ChunkBuilder {
        var chunk = ChunkBuilder()
        let far: UInt64 = 0xFFFF_FFFF_FFFF_FFF0
        chunk.pool(
            "jdk.types.Symbol",
            [
                (1, Self.text("App")), (2, [5, 3, 0x66, 0xFC, 0x72]), (3, [4, 2, 0x67, 0x6F]), (4, [2, 7]),
            ]
        )
        chunk.pool("java.lang.String", [(7, Self.text("A$$Lambda$12/0x00f1"))])
        chunk.pool("java.lang.Class", [(1, [0, 1]), (2, [0, 4])])
        chunk.pool("jdk.types.Method", [(far, [1, 2, 1]), (6, [2, 3, 0]), (8, [9, 3, 0])])
        chunk.pool(
            "jdk.types.ThreadState",
            [
                (1, Self.text("STATE_RUNNABLE")), (2, Self.text("STATE_SLEEPING")),
                (3, Self.text("STATE_DEFAULT")),
            ]
        )
        let leaf = Self.long(far) + [10, 0, 0]
        chunk.pool(
            "jdk.types.StackTrace",
            [
                (1, [0, 2] + leaf + [6, 20, 0, 0]), (far, [1, 2, 8, 1, 0, 0] + leaf), (3, [0, 0]),
            ]
        )
        chunk.pool("test.Odd", [(1, Array(repeating: 0, count: 8) + [2, 0, 1] + [1, 2, 3, 4])])
        return chunk
    }
}
