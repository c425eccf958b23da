using System.Text.Json.Nodes;
using Amazon.CDK;

namespace Litestream.Infra.Tests;

/// <summary>A fleet's stacks as `cdk synth` leaves them: templates and assets in a folder, read back as CloudFormation reads them.</summary>
internal sealed class SynthesizedFleet : IDisposable
{
    private readonly TemporaryFolder _folder;

    private SynthesizedFleet(TemporaryFolder folder, string stage)
    {
        _folder = folder;
        Data = new(Read($"Litestream-{stage}-Data.template.json"));
        Service = new(Read($"Litestream-{stage}-Service.template.json"));
        Manifest = Read("manifest.json");
    }

    public Template Data { get; }

    public Template Service { get; }

    public JsonObject Manifest { get; }

    public IEnumerable<Template> All => [Data, Service];

    public static SynthesizedFleet Of(IReadOnlyDictionary<string, object>? context = null)
    {
        using var inputs = new Inputs();
        return Of(inputs, context);
    }

    public static SynthesizedFleet Of(Inputs inputs, IReadOnlyDictionary<string, object>? context = null)
    {
        var folder = new TemporaryFolder();
        var app = new App(new AppProps { Outdir = folder.Path, Context = inputs.With(context) });
        Fleet.Describe(app, Settings.Read(app, folder.Path));
        app.Synth();
        return new(folder, context?.GetValueOrDefault("stage") as string ?? "dev");
    }

    /// <summary>The file or folder that was put there for the stacks to take along.</summary>
    public string Asset(string name) => System.IO.Path.Combine(_folder.Path, name);

    public void Dispose() => _folder.Dispose();

    private JsonObject Read(string name) => JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(_folder.Path, name)))!.AsObject();
}
