// swift-tools-version: 6.2
// The architecture test: one row per module. An arrow that does not point down stops every build.
// SPDX-License-Identifier: Apache-2.0
import Foundation
import PackageDescription

/// A system C library: module map and shim header in `Shared/C/<name>`.
struct CLibrary {
    var name: String
    var pkgConfig: String
    var apt: String
}

/// A Swift module.
///
/// `uses` may only name modules of a strictly lower layer; `c` names C libraries (layer −1).
struct Module {
    var layer: Int
    var name: String
    var uses: [String] = []
    var c: [String] = []
    /// Experimental `Lifetimes`, for modules that declare non-escapable types (ADR 0002).
    var lifetimes = false
    /// What only the module's tests use besides.
    var testUses: [String] = []
    /// Files embedded by the compiler, excluded from SwiftPM's resource handling.
    var exclude: [String] = []

    var path: String { self.layer >= 4 ? "Services/\(self.name)" : "Shared/\(self.name)" }
}

/// An executable: `Services/<folder>/Main`.
struct Executable {
    var name: String
    var folder: String
    var uses: [String]
}

let cLibraries = [
    CLibrary(name: "CNghttp2", pkgConfig: "libnghttp2", apt: "libnghttp2-dev"),
    CLibrary(name: "CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    CLibrary(name: "CLibpq", pkgConfig: "libpq", apt: "libpq-dev"),
    CLibrary(name: "CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
    CLibrary(name: "CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
    CLibrary(name: "CDeflate", pkgConfig: "libdeflate", apt: "libdeflate-dev"),
    CLibrary(name: "CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    CLibrary(name: "CXXHash", pkgConfig: "libxxhash", apt: "libxxhash-dev"),
    CLibrary(name: "CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
    CLibrary(name: "CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
]

let modules = [
    // L0 grounding
    Module(layer: 0, name: "ByteCoding", c: ["CXXHash", "CCrypto", "CShims"], lifetimes: true),
    Module(layer: 0, name: "ProfileModel"),
    Module(layer: 0, name: "Compression", c: ["CZstd", "CDeflate", "CZlib"]),
    Module(layer: 0, name: "Blocking", c: ["CShims"]),
    Module(layer: 0, name: "Exposition"),
    Module(layer: 0, name: "EventLog", c: ["CShims"]),
    // L1 speaking
    Module(layer: 1, name: "ProfileColumns", uses: ["ByteCoding", "ProfileModel"]),
    Module(layer: 1, name: "Pprof", uses: ["ByteCoding", "Compression", "ProfileModel"]),
    Module(layer: 1, name: "JFR", uses: ["ByteCoding"], testUses: ["Compression", "Pprof", "ProfileModel"]),
    Module(layer: 1, name: "LegacyFormats", uses: ["ByteCoding", "ProfileModel"], testUses: ["Pprof"]),
    Module(layer: 1, name: "ELF"),
    Module(layer: 1, name: "ProtobufWire", uses: ["ByteCoding"]),
    Module(layer: 1, name: "LabelSelector", uses: ["ProfileModel"], c: ["CxxRE2"]),
    Module(layer: 1, name: "FlameGraph", uses: ["ByteCoding", "ProfileModel"]),
    Module(layer: 1, name: "HTTPServer", uses: ["Blocking", "Compression"], c: ["CNghttp2", "CShims"]),
    Module(layer: 1, name: "HTTPClient", uses: ["Blocking"], c: ["CCurl", "CShims"]),
    Module(layer: 1, name: "PostgresClient", uses: ["Blocking"], c: ["CLibpq"]),
    Module(layer: 1, name: "SQLiteClient", uses: ["Blocking"], c: ["CSQLite"]),
    Module(layer: 1, name: "ConfigSchema", c: ["CYAML"]),
    // L2 storing
    Module(
        layer: 2,
        name: "HeadStore",
        uses: [
            "Blocking", "ByteCoding", "Compression", "EventLog", "FlameGraph", "LabelSelector", "Pprof",
            "ProfileColumns", "ProfileModel",
        ],
        c: ["CShims"]
    ),
    Module(
        layer: 2,
        name: "BlockStore",
        uses: [
            "Blocking", "ByteCoding", "Compression", "FlameGraph", "LabelSelector", "ProfileColumns",
            "ProfileModel",
        ],
        c: ["CShims"]
    ),
    Module(
        layer: 2,
        name: "CatalogStore",
        uses: ["Blocking", "ByteCoding", "EventLog", "PostgresClient", "ProfileModel", "SQLiteClient"]
    ),
    Module(
        layer: 2,
        name: "OTLPProfiles",
        uses: ["ByteCoding", "ProfileModel", "ProtobufWire"],
        lifetimes: true,
        testUses: ["Compression", "Pprof"]
    ),
    Module(layer: 2, name: "Ring", uses: ["ByteCoding", "ProfileModel"]),
    Module(
        layer: 2,
        name: "Relabeling",
        uses: ["ByteCoding", "Compression", "LabelSelector", "Pprof", "ProfileModel"]
    ),
    Module(
        layer: 2,
        name: "WireAPI",
        uses: [
            "ByteCoding", "FlameGraph", "HTTPClient", "LabelSelector", "ProfileColumns", "ProfileModel",
            "ProtobufWire",
        ],
        testUses: ["HTTPServer"]
    ),
    Module(
        layer: 2,
        name: "RPC",
        uses: ["ByteCoding", "Compression", "HTTPClient", "HTTPServer", "ProtobufWire"]
    ),
    // L3 running
    Module(
        layer: 3,
        name: "ServiceKit",
        uses: [
            "Blocking", "Compression", "ConfigSchema", "EventLog", "Exposition", "HTTPServer",
            "LabelSelector",
            "ProfileModel", "RPC", "CatalogStore", "Relabeling", "Ring",
        ],
        c: ["CShims"]
    ),
    Module(layer: 3, name: "WebUI", uses: ["HTTPServer"], c: ["CWebAssets"], exclude: ["Assets"]),
    // Services; only `AllInOne` may use another service
    Module(
        layer: 4,
        name: "Distributor",
        uses: [
            "ByteCoding", "CatalogStore", "Compression", "ConfigSchema", "EventLog", "Exposition",
            "HTTPClient",
            "HTTPServer", "JFR", "LegacyFormats", "OTLPProfiles", "ProfileModel", "ProtobufWire", "RPC",
            "Relabeling", "Ring", "ServiceKit", "WireAPI",
        ]
    ),

    Module(
        layer: 5,
        name: "AllInOne",
        uses: [
            "CatalogStore", "ConfigSchema", "Distributor", "EventLog", "HTTPServer", "Ingester", "Querier",
            "ServiceKit",
            "WireAPI",
        ],
        testUses: ["ByteCoding", "HTTPClient"]
    ),
    Module(
        layer: 4,
        name: "Ingester",
        uses: [
            "BlockStore", "Blocking", "ByteCoding", "CatalogStore", "ConfigSchema", "ELF", "EventLog",
            "Exposition", "FlameGraph", "HTTPServer", "HeadStore", "LabelSelector", "ProfileColumns",
            "ProfileModel", "ProtobufWire", "RPC", "ServiceKit", "WireAPI",
        ]
    ),
    Module(
        layer: 4,
        name: "Hearthctl",
        uses: ["BlockStore", "CatalogStore", "ConfigSchema", "ProfileColumns", "ProfileModel", "ServiceKit"],
        testUses: ["EventLog", "Exposition", "Ingester", "WireAPI"]
    ),
    Module(
        layer: 4,
        name: "Querier",
        uses: [
            "ByteCoding", "CatalogStore", "Compression", "ConfigSchema", "EventLog", "Exposition",
            "FlameGraph",
            "HTTPClient", "HTTPServer", "JFR", "LabelSelector", "LegacyFormats", "Pprof", "ProfileColumns",
            "ProfileModel", "ProtobufWire", "RPC", "ServiceKit", "WebUI", "WireAPI",
        ]
    ),
]

let executables = [
    Executable(name: "hearth", folder: "AllInOne", uses: ["AllInOne"]),
    Executable(name: "hearth-distributor", folder: "Distributor", uses: ["Distributor"]),
    Executable(name: "hearth-ingester", folder: "Ingester", uses: ["Ingester"]),
    Executable(name: "hearth-querier", folder: "Querier", uses: ["Querier"]),
    Executable(name: "hearthctl", folder: "Hearthctl", uses: ["Hearthctl"]),
]

let strict: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .strictMemorySafety(),
    ]
    + [
        "ExistentialAny", "InternalImportsByDefault", "MemberImportVisibility",
        "NonisolatedNonsendingByDefault", "InferIsolatedConformances", "ImmutableWeakCaptures",
    ].map { .enableUpcomingFeature($0) }

// MARK: - The check: arrows point down

let layers = Dictionary(uniqueKeysWithValues: modules.map { ($0.name, $0.layer) })
for module in modules {
    for used in module.uses {
        precondition(layers[used, default: .max] < module.layer, "\(module.name) must not use \(used)")
    }
}

/// The modules that a source file imports.
func imports(of file: String) -> [String] {
    let text = FileManager.default.contents(atPath: "\(Context.packageDirectory)/\(file)") ?? Data()
    return String(decoding: text, as: UTF8.self).split(separator: "\n")
        .filter { $0.hasPrefix("import ") }.map { String($0.dropFirst("import ".count)) }
        .filter { layers[$0] != nil }
}

/// `HEARTH_FUZZ=1` makes the libFuzzer programs in place of the executables (`make fuzz`).
let fuzzing = Context.environment["HEARTH_FUZZ"] != nil

/// `HEARTH_MODULES=Pprof,FlameGraph` narrows the package to these modules, what they use, and their tests; or
/// to their fuzzers.
let named = Context.environment["HEARTH_MODULES"].map { $0.split(separator: ",").map(String.init) }

/// One libFuzzer program per `Tests/Fuzz/<Name>Fuzz.swift`.
let fuzzers: [Target] =
    !fuzzing
    ? []
    : (FileManager.default.subpaths(atPath: Context.packageDirectory + "/Tests/Fuzz") ?? [])
        .filter { $0.hasSuffix("Fuzz.swift") }.sorted()
        .filter { !Set(imports(of: "Tests/Fuzz/\($0)")).isDisjoint(with: named ?? modules.map(\.name)) }
        .map { file in
            .executableTarget(
                name: String(file.dropLast(".swift".count)),
                dependencies: imports(of: "Tests/Fuzz/\(file)").map { .byName(name: $0) },
                path: "Tests/Fuzz",
                sources: [file]
            )
        }

/// The modules that are built; nil for all.
let wanted: Set<String>? = {
    let fuzzed = fuzzers.flatMap { imports(of: "Tests/Fuzz/\($0.name).swift") }
    guard var open = fuzzing ? fuzzed : named else { return nil }
    var closed: Set<String> = []
    while let name = open.popLast() {
        guard closed.insert(name).inserted else { continue }
        open += modules.first { $0.name == name }.map { $0.uses + (fuzzing ? [] : $0.testUses) } ?? []
    }
    return closed
}()

func dependencies(_ module: Module) -> [Target.Dependency] {
    (module.uses + module.c).map { .byName(name: $0) }
}

func targets(_ module: Module) -> [Target] {
    let settings = strict + (module.lifetimes ? [.enableExperimentalFeature("Lifetimes")] : [])
    let library = Target.target(
        name: module.name,
        dependencies: dependencies(module),
        path: module.path,
        exclude: module.exclude + (module.layer >= 4 ? ["Main"] : []),
        swiftSettings: settings
    )
    let tests = Target.testTarget(
        name: "\(module.name)Tests",
        dependencies: ([module.name, "Support"] + module.uses + module.testUses).map { .byName(name: $0) },
        path: "Tests/\(module.name)Tests",
        swiftSettings: strict
    )
    return fuzzing ? [library] : [library, tests]
}

let chosen = modules.filter { wanted?.contains($0.name) ?? true }
let whole = wanted == nil

let libraries: [Target] =
    cLibraries.map {
        .systemLibrary(
            name: $0.name,
            path: "Shared/C/\($0.name)",
            pkgConfig: $0.pkgConfig,
            providers: [.apt([$0.apt])]
        )
    } + [
        .target(name: "CShims", path: "Shared/C/CShims"),
        .target(
            name: "CWebAssets",
            path: "Shared/C/CWebAssets"
        ),
        .target(
            name: "CxxRE2",
            path: "Shared/C/CxxRE2",
            cxxSettings: [.define("NDEBUG")],
            linkerSettings: [.linkedLibrary("re2")]
        ),
    ] + chosen.flatMap(targets)

let programs: [Target] = (whole ? executables : []).map {
    .executableTarget(
        name: $0.name,
        dependencies: $0.uses.map { .byName(name: $0) },
        path: "Services/\($0.folder)/Main",
        swiftSettings: strict
    )
}

let testSupport: [Target] = [
    .target(name: "Support", path: "Tests/Support", swiftSettings: strict),
    .testTarget(name: "TidyTests", path: "Tests/Tidy", swiftSettings: strict),
]

let package = Package(
    name: "hearth",
    products: programs.map { .executable(name: $0.name, targets: [$0.name]) },
    targets: libraries + programs + fuzzers + (fuzzing ? [] : testSupport),
    cxxLanguageStandard: .cxx17
)
