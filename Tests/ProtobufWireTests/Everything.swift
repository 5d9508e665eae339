// SPDX-License-Identifier: Apache-2.0
import ProtobufWire

struct Mode: WireEnum {
    let number: Int32

    static let names: [(number: Int32, name: String)] = [
        (0, "MODE_UNSPECIFIED"), (1, "MODE_FIRST"), (2, "MODE_SECOND"),
    ]
}

struct Leaf: Message, Equatable {
    static let messageName = "codec.test.Leaf"

    var id = ""
    var yMin: Int64 = 0

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "ID", &self.id)
        try codec.field(2, "y_min", &self.yMin)
    }
}

/// `codec.test.Everything` of `Tests/Fixtures/proto/codec_test.proto`.
struct Everything: Message, Equatable {
    static let messageName = "codec.test.Everything"

    enum Choice: Equatable {
        case text(String)
        case leaf(Leaf)
        case long(Int64)
    }

    var longValue: Int64 = 0
    var ulongValue: UInt64 = 0
    var intValue: Int32 = 0
    var uintValue: UInt32 = 0
    var flag = false
    var real = 0.0
    var smallReal: Float = 0
    var textValue = ""
    var rawProfile: [UInt8] = []
    var mode = Mode(number: 0)
    var maxNodes: Int64?
    var profileTypeID: String?
    var longs: [Int64] = []
    var ints: [Int32] = []
    var reals: [Double] = []
    var texts: [String] = []
    var blobs: [[UInt8]] = []
    var modes: [Mode] = []
    var leaf: Leaf?
    var leaves: [Leaf] = []
    var counts: [String: Int64] = [:]
    var leafByID: [Int32: Leaf] = [:]
    var choice: Choice?
    var children: [Everything] = []

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "long_value", &self.longValue)
        try codec.field(2, "ulong_value", &self.ulongValue)
        try codec.field(3, "int_value", &self.intValue)
        try codec.field(4, "uint_value", &self.uintValue)
        try codec.field(5, "flag", &self.flag)
        try codec.field(6, "real", &self.real)
        try codec.field(7, "small_real", &self.smallReal)
        try codec.field(8, "text_value", &self.textValue)
        try codec.field(9, "raw_profile", &self.rawProfile)
        try codec.field(10, "mode", &self.mode)
        try codec.field(11, "max_nodes", &self.maxNodes)
        try codec.field(12, "profile_typeID", &self.profileTypeID)
        try codec.field(13, "longs", &self.longs)
        try codec.field(14, "ints", &self.ints)
        try codec.field(15, "reals", &self.reals)
        try codec.field(16, "texts", &self.texts)
        try codec.field(17, "blobs", &self.blobs)
        try codec.field(18, "modes", &self.modes)
        try codec.field(19, "leaf", &self.leaf)
        try codec.field(20, "leaves", &self.leaves)
        try codec.field(21, "counts", &self.counts)
        try codec.field(22, "leaf_by_id", &self.leafByID)
        try codec.field(23, "choice_text", &self.choiceText)
        try codec.field(24, "choice_leaf", &self.choiceLeaf)
        try codec.field(25, "choice_long", &self.choiceLong)
        try codec.field(2_000, "children", &self.children)
    }
}

extension Everything {
    private var choiceText: String? {
        get { if case .text(let text) = self.choice { text } else { nil } }
        set { if let newValue { self.choice = .text(newValue) } }
    }

    private var choiceLeaf: Leaf? {
        get { if case .leaf(let leaf) = self.choice { leaf } else { nil } }
        set { if let newValue { self.choice = .leaf(newValue) } }
    }

    private var choiceLong: Int64? {
        get { if case .long(let long) = self.choice { long } else { nil } }
        set { if let newValue { self.choice = .long(newValue) } }
    }
}
