// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A package from PyPI for tests, installed once under `.build`.
package enum PythonPackage {
    private static let root = String(#filePath.dropLast("/Tests/Support/PythonPackage.swift".count))

    /// The folder for `PYTHONPATH`, blocking until it is there.
    ///
    /// Throws the reason where there is no pip or no network.
    package static func install(_ name: String) throws -> String {
        let folder = "\(self.root)/.build/python-\(name)"
        if unsafe access(folder, F_OK) == 0 { return folder }
        let fresh = "\(folder).\(getpid())"
        let pip = ["python3", "-m", "pip", "install", "--quiet", "--target", fresh, name]
        let outcome = try ChildProcess.run(pip)
        guard outcome.status == 0 else { throw SupportError("pip: \(outcome.output)") }
        // When another process was first, its copy stays.
        _ = try ChildProcess.run(["mv", "-T", "-n", fresh, folder])
        return folder
    }
}
