// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Tables, what their attributes say, and the writer of profiles that refer to them.
struct TableSet {
    let tables: DictionaryTables
    let labels: AttributeLabels
    var writer: PprofWriter

    init(_ tables: DictionaryTables, _ budget: inout TextBudget) {
        self.labels = AttributeLabels(tables, &budget)
        var rest = tables
        // What they mean is known.
        rest.attributes = []
        self.tables = rest
        self.writer = PprofWriter(rest, self.labels)
    }
}
