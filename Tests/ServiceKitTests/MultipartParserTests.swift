// SPDX-License-Identifier: Apache-2.0
import ServiceKit
import Support
import Testing

@Suite struct MultipartParserTests {
    private static let form = Array(
        """
        preamble\r
        --b \t\r
        Content-Disposition: form-data; name="profile"; filename="p"\r
        \r
        one\r\n--bet\r
        --b\r
        content-disposition: form-data; name=value\r
        \r
        no file\r
        --b\r
        Content-Disposition: form-data; filename=x; name=x\r
        Content-Type: text/plain\r
        \r
        \r
        --b--\r
        epilogue
        """.utf8
    )

    private static func files(_ pieces: [ArraySlice<UInt8>]) throws(MultipartError) -> [String: [UInt8]] {
        let type = "multipart/form-data; charset=x; boundary=\"b\""
        var parser = try MultipartParser(contentType: type, wanted: ["profile", "value", "x"])
        for piece in pieces { try parser.take(Array(piece)) }
        try parser.finish()
        return parser.files
    }

    @Test func keepsTheFilesItWasAskedForHoweverTheyArrive() throws {
        let expected = ["profile": Array("one\r\n--bet".utf8), "x": []]
        #expect(try Self.files([Self.form[...]]) == expected)
        FuzzSeed.save(Self.form, for: "MultipartFuzz")
        #expect(try Self.files(Self.form.indices.map { Self.form[$0...$0] }) == expected)
        for cut in Self.form.indices {
            #expect(try Self.files([Self.form[..<cut], Self.form[cut...]]) == expected, "cut at \(cut)")
        }
    }

    @Test func refusesWhatIsCutOff() {
        let whole = Self.form.count - Array("\r\nepilogue".utf8).count
        for count in 0..<whole {
            #expect(throws: MultipartError.self, "cut at \(count)") {
                try Self.files([Self.form[..<count]])
            }
        }
    }

    @Test func survivesEveryChangedByte() {
        for index in Self.form.indices {
            for value in [0, 0x0A, 0x0D, 0x2D, 0x22, 0xFF] as [UInt8] {
                var changed = Self.form
                changed[index] = value
                let whole = Result { try Self.files([changed[...]]) }
                let cut = Result { try Self.files([changed[..<index], changed[index...]]) }
                switch (whole, cut) {
                case (.success(let one), .success(let other)): #expect(one == other, "at \(index)")
                case (.failure, .failure): break
                default: Issue.record("byte \(index) as \(value): whole \(whole), cut \(cut)")
                }
            }
        }
    }

    @Test func aCutChangesNothing() throws {
        let dashes = Array("--b --".utf8)
        for cut in dashes.indices {
            #expect(throws: MultipartError.malformed, "cut at \(cut)") {
                try Self.files([dashes[..<cut], dashes[cut...]])
            }
        }
        let header = String(repeating: "x", count: MultipartParser.headerByteCountMax - 2)
        let form = Array("--b\r\n\(header)\r\n\r\n\r\n--b--".utf8)
        #expect(try Self.files([form[...]]).isEmpty)
        #expect(try Self.files(form.indices.map { form[$0...$0] }).isEmpty)
    }

    @Test func boundsPartsAndHeaders() {
        let parts = Array(repeating: "--b\r\n\r\n\r\n", count: MultipartParser.partCountMax + 1).joined()
        #expect(throws: MultipartError.tooManyParts(limit: MultipartParser.partCountMax)) {
            try Self.files([Array("\(parts)--b--".utf8)[...]])
        }
        let header = String(repeating: "x", count: MultipartParser.headerByteCountMax + 2)
        #expect(throws: MultipartError.headersTooLong(limit: MultipartParser.headerByteCountMax)) {
            try Self.files([Array("--b\r\n\(header)".utf8)[...]])
        }
    }

    /// Taking spaces one by one moves the rest each time: a million would take minutes.
    @Test(.timeLimit(.minutes(1))) func muchWhiteSpaceAfterABoundaryIsCheap() {
        let spaces = [UInt8](repeating: 0x20, count: 4 << 20)
        #expect(throws: MultipartError.malformed) {
            try Self.files([Array("--b".utf8)[...], spaces[...], Array("x\r\n".utf8)[...]])
        }
    }

    @Test(arguments: [
        "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"",
        "multipart/form-data; boundary=\(String(repeating: "b", count: 71))", ";;;===\\\"",
    ])
    func needsABoundary(type: String) {
        #expect(throws: MultipartError.boundaryMissing) {
            try MultipartParser(contentType: type, wanted: [])
        }
    }
}
