// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import HTTPServer
import Testing

/// A request that was sent to the Go server, and its answer (shared/conformance).
struct Recording: CustomTestStringConvertible, Sendable {
    let number: String
    let exchange: Exchange
    let requestBody: [UInt8]
    let responseBody: [UInt8]

    var testDescription: String { "\(self.number) \(self.exchange.name)" }

    struct Exchange: Decodable, Sendable {
        struct Request: Decodable, Sendable {
            var method: String
            var target: String
            var headers: [String: [String]]
        }
        struct Response: Decodable, Sendable {
            var status: Int
            var headers: [String: [String]]
            var trailers: [String: [String]]?
        }
        var name: String
        var request: Request
        var response: Response
    }

    /// The recordings of a group such as `errors/read`; empty, with a printed reason, where the pack is
    /// absent.
    static func all(_ group: String) -> [Recording] {
        let root = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
        let folder = "/\(root)/../shared/conformance/\(group)"
        guard let numbers = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            print("skipped: \(folder) is not there")
            return []
        }
        return numbers.sorted().compactMap { number in
            let path = "\(folder)/\(number)"
            guard let text = FileManager.default.contents(atPath: "\(path)/exchange.json"),
                let exchange = try? JSONDecoder().decode(Exchange.self, from: text)
            else { return nil }
            return Recording(
                number: number,
                exchange: exchange,
                requestBody: FileManager.default.contents(atPath: "\(path)/request.body").map { Array($0) }
                    ?? [],
                responseBody: FileManager.default.contents(atPath: "\(path)/response.body").map { Array($0) }
                    ?? []
            )
        }
    }

    /// The request, as the server sees it.
    var request: HTTPRequest {
        var headers: HTTPHeaders = [:]
        for (name, values) in self.exchange.request.headers {
            for value in values { headers.append(name, value) }
        }
        return Setting.request(
            self.exchange.request.method,
            self.exchange.request.target,
            headers: headers,
            body: self.requestBody
        )
    }
}

/// JSON by meaning.
enum JSONValue: Decodable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    init(_ bytes: [UInt8]) throws { self = try JSONDecoder().decode(JSONValue.self, from: Data(bytes)) }

    subscript(_ key: String) -> JSONValue? {
        get {
            guard case .object(let fields) = self else { return nil }
            return fields[key]
        }
        set {
            guard case .object(var fields) = self else { return }
            fields[key] = newValue
            self = .object(fields)
        }
    }
}
