using System.Text.Json.Nodes;
using Litestream.Agent.Tests;
using Litestream.Cloud.Tests;
using Litestream.Contract.Tests.Document;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;

namespace Litestream.Contract.Tests;

/// <summary>docs/api/openapi.json is what both programs serve, in a form that others' tools read.</summary>
public sealed class OpenApiTests
{
    private static string Committed => Path.Combine(Repository.Root, "docs", "api", "openapi.json");

    [Fact]
    public async Task The_document_is_what_the_programs_serve()
    {
        var said = await ContractDocument.MakeAsync();
        if (Environment.GetEnvironmentVariable("LITESTREAM_ACCEPT") is { Length: > 0 })
            File.WriteAllText(Committed, said);
        var (now, before) = (said.Split('\n'), File.Exists(Committed) ? File.ReadAllText(Committed).Split('\n') : []);
        Assert.True(now.SequenceEqual(before), "The contract is not what docs/api/openapi.json says.\n"
            + $"  gone: {string.Join("\n        ", before.Except(now).Take(40))}\n  new:  {string.Join("\n        ", now.Except(before).Take(40))}\n"
            + "LITESTREAM_ACCEPT=1 dotnet test tests/Litestream.Contract.Tests --filter OpenApiTests writes it anew; then read the difference");
    }

    [Fact]
    public async Task Every_address_of_both_programs_is_described_and_nothing_else_is()
    {
        var (fleet, host) = await ContractDocument.ServedAsync();
        var described = Operations.All.Select(o => o.Key).ToList();
        Assert.Equal(described.Distinct().Count(), described.Count);
        Assert.Empty(fleet.Scopes.Keys.Except(described));
        Assert.Empty(host.Scopes.Keys.Except(described));
        Assert.Empty(described.Except(fleet.Scopes.Keys).Except(host.Scopes.Keys));
        // Whatever a fleet can be asked one host can, but for what takes several.
        string[] takeSeveral = ["/api/evacuations", "/api/moves"];
        Assert.All(fleet.Scopes.Keys.Except(host.Scopes.Keys), key => Assert.Contains(takeSeveral, address => key.Contains(address, StringComparison.Ordinal)));
    }

    [NeedsNode]
    public async Task A_linter_of_others_finds_nothing_wrong() => (await NodeAsync("lint", Committed)).MustSucceed();

    [NeedsNode]
    public async Task The_types_that_are_made_of_it_compile_and_tell_the_two_apart()
    {
        using var folder = new TestFolder();
        folder.File("client.ts", """
            import type { components, operations, paths } from "./contract";

            type Schemas = components["schemas"];
            const status = (s: Schemas["FleetStatus"] | Schemas["StatusReport"]): number => s.serves === "host" ? s.clients[0]!.databasePath.length : s.clients[0]!.tenantId.length;
            const lag = (tenant: Schemas["FleetTenant"]): number => tenant.lagSeconds ?? 0;
            const liveness: Schemas["FleetHost"]["liveness"] = "lost";
            // @ts-expect-error: no such word
            const wrong: Schemas["FleetHost"]["liveness"] = "gone";
            const body: operations["restore"]["requestBody"]["content"]["application/json"] = { tenants: ["12345678-1234-5678-9abc-123456789012"], dryRun: true };
            const query: paths["/api/tenants"]["get"]["parameters"]["query"] = { prefix: "12", limit: 10 };
            type Plan = operations["restore"]["responses"][200]["content"]["application/json"];
            const refused = (plan: Plan): number => plan.items.filter(step => step.code !== null).length;
            export { status, lag, liveness, wrong, body, query, refused };
            """);
        (await NodeAsync("types", Committed, folder.Path)).MustSucceed();
    }

    [NeedsNode]
    public async Task The_linter_and_the_compiler_would_find_what_is_wrong()
    {
        using var folder = new TestFolder();
        var document = JsonNode.Parse(await File.ReadAllTextAsync(Committed))!;
        document["paths"]!["/api/hosts"]!["get"]!["operationId"] = "getHost";
        document["paths"]!["/api/hosts"]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["$ref"] = "#/components/schemas/Nothing";
        (await NodeAsync("lint", folder.File("broken.json", document.ToJsonString()))).Must(1).MustSay("operation-operationId-unique", "no-unresolved-refs");
        folder.File("client.ts", "import type { components } from \"./contract\";\nexport const host: components[\"schemas\"][\"FleetHost\"] = { hostId: 1 };\n");
        (await NodeAsync("types", Committed, folder.Path)).Must(1).MustSay("client.ts", "not assignable");
    }

    private static async Task<ProgramResult> NodeAsync(params string[] arguments)
    {
        await NodeModules.FolderAsync();
        return await ChildProcess.RunAsync("node", [Path.Combine(Repository.Root, "tests", "lint", "openapi.mjs"), .. arguments], Repository.Root);
    }
}
