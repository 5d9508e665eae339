// SPDX-License-Identifier: Apache-2.0
import ProtobufWire
import Support

extension SplitMix {
    mutating func chance() -> Bool { self.next() & 1 == 0 }

    mutating func long() -> Int64 {
        let edges: [Int64] = [0, 1, -1, .min, .max, 1 << 53, -(1 << 53) - 1]
        return self.chance()
            ? edges.randomElement(using: &self) ?? 0 : .random(in: -100_000...100_000, using: &self)
    }

    mutating func text() -> String {
        let alphabet = Array("ab\"\\/\n\t\u{1}é漢🔥<>&'{}")
        return String(
            (0..<Int.random(in: 0...8, using: &self)).map { _ in alphabet.randomElement(using: &self) ?? "x" }
        )
    }

    mutating func list<T>(_ element: (inout SplitMix) -> T) -> [T] {
        (0..<Int.random(in: 0...4, using: &self)).map { _ in element(&self) }
    }

    mutating func real() -> Double {
        let edges = [0, -0.0, 1.5, -2e300, .infinity, -.infinity, 2.5e-300, 270_000_000, 0.1]
        return edges.randomElement(using: &self) ?? 0
    }

    mutating func bytes() -> [UInt8] { self.list { .random(in: 0...255, using: &$0) } }
    mutating func leaf() -> Leaf { Leaf(id: self.text(), yMin: self.long()) }
}

extension Everything {
    static func random(seed: UInt64) -> Everything {
        var random = SplitMix(seed: seed)
        return Self.random(&random, depth: 2)
    }

    private static func random(_ random: inout SplitMix, depth: Int) -> Everything {
        var message = Everything()
        message.longValue = random.long()
        message.ulongValue = UInt64(bitPattern: random.long())
        message.intValue = Int32(truncatingIfNeeded: random.long())
        message.uintValue = UInt32(truncatingIfNeeded: random.long())
        message.flag = random.chance()
        message.real = random.real()
        message.smallReal = Float(random.real())
        message.textValue = random.text()
        message.rawProfile = random.bytes()
        message.mode = Mode(number: Int32.random(in: 0...3, using: &random))
        message.maxNodes = random.chance() ? random.long() : nil
        message.profileTypeID = random.chance() ? random.text() : nil
        message.longs = random.list { $0.long() }
        message.ints = random.list { Int32(truncatingIfNeeded: $0.long()) }
        message.reals = random.list { $0.real() }
        message.texts = random.list { $0.text() }
        message.blobs = random.list { $0.bytes() }
        message.modes = random.list { Mode(number: Int32.random(in: 0...2, using: &$0)) }
        message.leaf = random.chance() ? random.leaf() : nil
        message.leaves = random.list { $0.leaf() }
        for _ in 0..<2 { message.counts[random.text()] = random.long() }
        message.leafByID[Int32(truncatingIfNeeded: random.long())] = random.leaf()
        switch Int.random(in: 0...3, using: &random) {
        case 0: message.choice = .text(random.text())
        case 1: message.choice = .leaf(random.leaf())
        case 2: message.choice = .long(random.long())
        default: message.choice = nil
        }
        if depth > 0 { message.children = random.list { Self.random(&$0, depth: depth - 2) } }
        return message
    }
}
