// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import Testing

@Suite struct ColumnTests {
    @Test func keepsWhatWasAppendedWhileGrowing() {
        var column = Column<UInt32>(capacity: 1)
        for value in 0..<1_000 as Range<UInt32> { column.append(value) }
        #expect(column.count == 1_000)
        #expect(column.indices.allSatisfy { column[$0] == UInt32($0) })
        column[7] = 42
        #expect(column.span[7] == 42)
        column.truncate(to: 8)
        #expect(column.count == 8)
        column.removeAll()
        #expect(column.count == 0)
    }

    @Test func fillsAndShrinks() {
        var column = Column<Int64>()
        column.fill(-1, count: 100)
        #expect(column.count == 100)
        #expect(column[99] == -1)
        column.shrink(to: 4)
        #expect(column.count == 0)
        column.append(5)
        #expect(column[0] == 5)
    }

    @Test func overwritesFromTheStart() {
        var column = Column<UInt8>()
        column.append(9)
        unsafe column.overwrite(capacity: 3) { buffer in
            unsafe buffer[0] = 1
            unsafe buffer[1] = 2
            return 2
        }
        #expect(column.count == 2)
        #expect(column[1] == 2)
        let sum = unsafe column.withUnsafeBuffer { unsafe Int($0[0]) + Int($0[1]) }
        #expect(sum == 3)
    }
}
