// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPServer
import Testing
import WebUI

/// Text can be read on every ground it stands on, in each theme: contrast as WCAG 2 measures it.
@Suite struct TokenContrastTests {
    /// A colour of text, what it stands on, and the least ratio.
    private static let pairs: [(text: String, ground: String, least: Double)] = [
        ("text", "bg", 7), ("text", "surface", 7), ("text", "raised", 7), ("text", "warn-soft", 7),
        ("text-2", "surface", 4.5), ("text-2", "sunken", 4.5), ("text-2", "raised", 4.5),
        ("text-2", "hover", 4.5),
        ("text-3", "surface", 4.5), ("text-3", "bg", 4.5), ("text-3", "sunken", 4.5),
        ("text-3", "hover", 4.5),
        ("text-3", "raised", 4.5), ("text-3", "accent-soft", 4.5), ("on-ink", "ink", 7),
        ("accent-text", "surface", 4.5), ("accent-text", "accent-soft", 4.5), ("bad-text", "surface", 4.5),
        ("bad-text", "bad-soft", 4.5), ("warn-text", "warn-soft", 4.5), ("accent", "surface", 3),
        ("accent", "bg", 3),
        ("bad", "surface", 3), ("line-control", "surface", 3), ("line-control", "bg", 3),
        ("line-control", "raised", 3),
        ("flame-dim-text", "flame-dim", 3), ("text", "flame-dim", 4.5), ("text", "flame-other", 4.5),
    ]

    private static let themes = [
        "light": ":root, [data-theme=\"light\"] {", "dark": "\n[data-theme=\"dark\"] {",
        "contrast": "\n[data-theme=\"contrast\"] {",
    ]

    /// Colours of a theme by name.
    private func colours(_ theme: String) throws -> [String: [Double]] {
        let response = WebAssets().respond(
            to: HTTPRequest(
                method: "GET",
                target: "/assets/tokens.css",
                version: .http11,
                headers: [:],
                authority: "localhost",
                remoteAddress: "127.0.0.1:1",
                declaredLength: nil,
                body: BufferedBody([])
            )
        )
        guard case .bytes(let bytes)? = response?.body else { return [:] }
        let css = String(decoding: bytes, as: UTF8.self)
        let opening = try #require(Self.themes[theme])
        let start = try #require(css.range(of: opening))
        let block = css[start.upperBound...].prefix { $0 != "}" }
        var found: [String: [Double]] = [:]
        for line in block.split(separator: "\n") {
            let parts = line.split(separator: ":")
            guard parts.count == 2, let hash = parts[1].firstIndex(of: "#") else { continue }
            let digits = parts[1][hash...].dropFirst().prefix { $0 != ";" }
            guard digits.count == 6, let value = Int(digits, radix: 16) else { continue }
            let name = parts[0].trimmingCharacters(in: .whitespaces).dropFirst(2)
            found[String(name)] = [value >> 16, value >> 8 & 255, value & 255].map { Double($0) / 255 }
        }
        return found
    }

    private func luminance(_ colour: [Double]) -> Double {
        let linear = colour.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    private func ratio(_ one: [Double], _ other: [Double]) -> Double {
        let (low, high) = (min(luminance(one), luminance(other)), max(luminance(one), luminance(other)))
        return (high + 0.05) / (low + 0.05)
    }

    @Test(arguments: ["light", "dark", "contrast"]) func textIsReadable(theme: String) throws {
        let colours = try colours(theme)
        for (text, ground, least) in Self.pairs {
            let front = try #require(colours[text])
            let back = try #require(colours[ground])
            let measured = ratio(front, back)
            #expect(measured >= least, "\(text) on \(ground) in \(theme): \(measured)")
        }
    }

    @Test(arguments: ["light", "dark", "contrast"]) func labelsOfFramesAreReadable(theme: String) throws {
        let colours = try colours(theme)
        let text = try #require(colours["flame-text"])
        for slot in 0..<24 {
            let box = try #require(colours["flame-\(slot)"])
            let measured = ratio(text, box)
            #expect(measured >= 4.5, "a label on slot \(slot) in \(theme): \(measured)")
        }
    }
}
