// SPDX-License-Identifier: Apache-2.0
import Support

extension SplitMix {
    /// A number in `range`.
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// Whether something of this percentage happens.
    mutating func chance(_ percent: Int) -> Bool { self.number(0...99) < percent }
}
