// SPDX-License-Identifier: Apache-2.0
import Glibc
import Querier

@main
struct Main {
    static func main() async { exit(await QuerierProgram.main()) }
}
