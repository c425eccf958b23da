namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>The agent may not look into its watched directory any more, while applications may; and then again.</summary>
internal sealed class PermissionsWithdrawn() : Fault("permissions withdrawn", weight: 1)
{
    private const UnixFileMode Usual = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public override string? Missing(ChaosSite site) => site.Machine.Starter.Length == 0 ? "withdrawn permissions (needs root and setpriv)" : null;

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        if (OperatingSystem.IsWindows())
            return;
        File.SetUnixFileMode(host.Folder, UnixFileMode.None);
        try
        {
            await ForAsync(random, 1000, 8000);
        }
        finally
        {
            File.SetUnixFileMode(host.Folder, Usual);
        }
    }
}
