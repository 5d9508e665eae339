// SPDX-License-Identifier: Apache-2.0
import Glibc
import Ingester

@main
struct Main {
    static func main() async { exit(await IngesterProgram.main()) }
}
