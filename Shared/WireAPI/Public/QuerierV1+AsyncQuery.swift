// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

extension QuerierV1 {
    /// Asks for, or asks after, a query in the background.
    package struct AsyncQueryRequest: Message, Equatable {
        package static let messageName = "querier.v1.AsyncQueryRequest"

        package var requestID: String = ""
        package var type: AsyncQueryType = .disabled

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "request_id", &self.requestID)
            try codec.field(2, "type", &self.type)
        }
    }

    /// The state of a query in the background.
    package struct AsyncQueryResponse: Message, Equatable {
        package static let messageName = "querier.v1.AsyncQueryResponse"

        package var requestID: String = ""
        package var status: AsyncQueryStatus = .unknown
        package var errorMessage: String = ""

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "request_id", &self.requestID)
            try codec.field(2, "status", &self.status)
            try codec.field(3, "error_message", &self.errorMessage)
        }
    }

    /// Whether a query shall run in the background.
    package struct AsyncQueryType: WireEnum {
        package let number: Int32

        package static let disabled = AsyncQueryType(number: 0)
        package static let force = AsyncQueryType(number: 1)

        package static let names: [(number: Int32, name: String)] = [
            (0, "ASYNC_QUERY_TYPE_DISABLED"),
            (1, "ASYNC_QUERY_TYPE_FORCE"),
        ]

        /// A value of any number.
        package init(number: Int32) { self.number = number }
    }

    /// How far a query in the background is.
    package struct AsyncQueryStatus: WireEnum {
        package let number: Int32

        package static let unknown = AsyncQueryStatus(number: 0)
        package static let inProgress = AsyncQueryStatus(number: 1)
        package static let success = AsyncQueryStatus(number: 2)
        package static let failure = AsyncQueryStatus(number: 3)

        package static let names: [(number: Int32, name: String)] = [
            (0, "ASYNC_QUERY_STATUS_UNKNOWN"),
            (1, "ASYNC_QUERY_STATUS_IN_PROGRESS"),
            (2, "ASYNC_QUERY_STATUS_SUCCESS"),
            (3, "ASYNC_QUERY_STATUS_FAILURE"),
        ]

        /// A value of any number.
        package init(number: Int32) { self.number = number }
    }
}
