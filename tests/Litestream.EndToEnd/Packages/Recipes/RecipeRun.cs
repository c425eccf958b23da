using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Packages.Recipes;

/// <summary>A recipe under way: its hosts, its store, and the blocks that are still to come.</summary>
internal sealed class RecipeRun : IAsyncDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly Queue<RecipeStep> _steps;
    private int _restores;

    private RecipeRun(string file, S3Server store)
    {
        _steps = new(Recipe.Read(file));
        Store = store;
        Old = new(_sandbox, "old", Environment);
        New = new(_sandbox, "new", Environment);
    }

    public Sandbox Sandbox => _sandbox;

    public S3Server Store { get; }

    public RecipeHost Old { get; }

    public RecipeHost New { get; }

    /// <summary>How a host reaches the store: as the AWS SDK is told.</summary>
    private Dictionary<string, string> Environment => new()
    {
        ["AWS_ENDPOINT_URL_S3"] = Store.Endpoint,
        ["AWS_ACCESS_KEY_ID"] = S3Server.AccessKeyId,
        ["AWS_SECRET_ACCESS_KEY"] = S3Server.SecretAccessKey,
        ["AWS_REGION"] = "us-east-1",
        // Set on some machines, and a client of others refuses to start with it.
        ["AWS_CA_BUNDLE"] = "",
    };

    public static async Task<RecipeRun> BeginAsync(string file, params string[] buckets) => new(file, await S3Server.StartAsync(buckets));

    /// <summary>Runs the blocks that come next, as far as the section goes.</summary>
    public async Task ThroughAsync(string heading)
    {
        Assert.Contains(_steps, step => step.Heading == heading);
        while (_steps.TryPeek(out var step) && (step.Heading == heading || _steps.Any(later => later.Heading == heading)))
        {
            _steps.Dequeue();
            if (step.Kind == "sh")
                await (step.Name == "old" ? Old : New).Terminal.RunAsync(step.Text);
            else
                foreach (var host in (RecipeHost[])[Old, New])
                    await File.WriteAllTextAsync(Path.Combine(host.Folder, step.Name), step.Text + "\n");
        }
    }

    /// <summary>Nothing of the recipe is left over.</summary>
    public void IsAtItsEnd() => Assert.Empty(_steps);

    /// <summary>A restore elsewhere: the digest of what is in the replica.</summary>
    public async Task<string> RestoredDigestAsync(string url)
    {
        var output = Path.Combine(_sandbox.Folder("restored"), $"{++_restores}.db");
        (await ChildProcess.RunAsync(PublishedProgram.Path, ["restore", "-o", output, url], _sandbox.Root, _sandbox.EnvironmentWith(Environment))).MustSucceed();
        return (await WriterProgram.DigestsAsync(_sandbox, output))[output];
    }

    public async ValueTask DisposeAsync()
    {
        Old.Dispose();
        New.Dispose();
        await Store.DisposeAsync();
        _sandbox.Dispose();
    }
}
