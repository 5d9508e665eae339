// SPDX-License-Identifier: Apache-2.0
import FlameGraph
import ProfileColumns
import WireAPI

/// libFuzzer's entry: an answer that decodes holds well-formed trees and survives being written and read
/// again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPartialAnswer(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    if let trees = try? Partial<[FunctionTree]>(decoding: bytes.span) {
        precondition(!trees.answer.contains { !$0.isWellFormed })
        let again = try? Partial<[FunctionTree]>(decoding: trees.encoded().span)
        precondition(again?.answer.map(\.names) == trees.answer.map(\.names))
    }
    if let trees = try? Partial<[LocationTree]>(decoding: bytes.span) {
        let again = try? Partial<[LocationTree]>(decoding: trees.encoded().span)
        precondition(again?.answer.map(\.selfValues) == trees.answer.map(\.selfValues))
    }
    if let series = try? Partial<[SeriesDescription]>(decoding: bytes.span) {
        let again = try? Partial<[SeriesDescription]>(decoding: series.encoded().span)
        precondition(again?.answer == series.answer)
    }
    if let totals = try? Partial<[LabeledTotals]>(decoding: bytes.span) {
        let again = try? Partial<[LabeledTotals]>(decoding: totals.encoded().span)
        precondition(again?.answer.map(\.totals) == totals.answer.map(\.totals))
    }
    if let points = try? Partial<[LabeledPoints]>(decoding: bytes.span) {
        let again = try? Partial<[LabeledPoints]>(decoding: points.encoded().span)
        precondition(again?.answer.map(\.points) == points.answer.map(\.points))
    }
    if let figures = try? Partial<[StoredFigures]>(decoding: bytes.span) {
        let again = try? Partial<[StoredFigures]>(decoding: figures.encoded().span)
        precondition(again?.answer == figures.answer)
    }
    _ = try? SourceRequest(decoding: bytes.span)
    return 0
}
