// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Tables, what their attributes say, and the writer of profiles that refer to them.
struct TableSet {
    let tables: DictionaryTables
    let labels: AttributeLabels
    var writer: PprofWriter

    init(_ tables: DictionaryTables, _ budget: inout TextBudget) {
        self.tables = tables
        self.labels = AttributeLabels(tables, &budget)
        self.writer = PprofWriter(tables, self.labels)
    }
}
