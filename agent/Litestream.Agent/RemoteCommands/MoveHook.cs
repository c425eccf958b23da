using System.ComponentModel;
using System.Diagnostics;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.RemoteCommands;

/// <summary>
/// The program of <c>-move-hook</c>: told before a tenant leaves, when it stays after all, and when one has come. By arguments (step, GUID, path) and by the environment; what it
/// does is its own affair: an application that is stopped, a route that is changed. It may be told the same twice.
/// </summary>
/// <param name="words">Program and arguments; null: there is none, and nobody is told.</param>
internal sealed class MoveHook(IReadOnlyList<string>? words, string hostId, TimeProvider time, ILogger logger)
{
    /// <summary>The tenant is about to leave: from the answer on nobody may count on its file here. Not 0: it stays.</summary>
    public const string Leaving = "leaving";

    /// <summary>It was about to leave, and did not.</summary>
    public const string Stays = "stays";

    /// <summary>It is here, and its file can be opened.</summary>
    public const string Arrived = "arrived";

    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private const int MostSaid = 500;

    /// <summary>Throws <see cref="RemoteCommandException"/> with what it said when it does not end well in its time.</summary>
    /// <param name="other">The host on the other side.</param>
    public async Task RequireAsync(string step, Guid tenant, string path, string other, CancellationToken cancellationToken)
    {
        if (await TryAsync(step, tenant, path, other, cancellationToken) is { } why)
            throw new RemoteCommandException(CommandErrors.HookFailed, why);
    }

    /// <summary>The same where nothing can be refused any more: answers why it did not end well, or null.</summary>
    public async Task<string?> TryAsync(string step, Guid tenant, string path, string other, CancellationToken cancellationToken)
    {
        if (words is null)
            return null;
        var begun = time.GetTimestamp();
        var why = await RunAsync(step, tenant, path, other, cancellationToken);
        if (why is null)
            logger.HookEnds(words[0], step, tenant, time.GetElapsedTime(begun).TotalMilliseconds);
        else
            logger.HookFails(why);
        return why;
    }

    private async Task<string?> RunAsync(string step, Guid tenant, string path, string other, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        Process process;
        try
        {
            process = Process.Start(StartOf(step, tenant, path, other))!;
        }
        catch (Exception error) when (error is Win32Exception or IOException or UnauthorizedAccessException)
        {
            return $"the hook {words![0]} cannot be started: {error.Message}";
        }
        using (process)
        {
            process.StandardInput.Close();
            try
            {
                var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
                await process.WaitForExitAsync(limit.Token);
                return process.ExitCode == 0 ? null : $"the hook {words![0]} ended with {process.ExitCode} for {step} of {FleetKeys.TextOf(tenant)}{Said(said)}";
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellationToken.ThrowIfCancellationRequested();
                return $"the hook {words![0]} did not end within {Limit.TotalSeconds:0} s for {step} of {FleetKeys.TextOf(tenant)}, and was killed";
            }
        }
    }

    private ProcessStartInfo StartOf(string step, Guid tenant, string path, string other)
    {
        var guid = FleetKeys.TextOf(tenant);
        return new(words![0], [.. words.Skip(1), step, guid, path])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["LITESTREAM_MOVE_STEP"] = step,
                ["LITESTREAM_MOVE_TENANT"] = guid,
                ["LITESTREAM_MOVE_PATH"] = path,
                ["LITESTREAM_MOVE_FROM"] = step == Arrived ? other : hostId,
                ["LITESTREAM_MOVE_TO"] = step == Arrived ? hostId : other,
            },
        };
    }

    /// <summary>Its last words: why it ended so is there.</summary>
    private static string Said(string[] streams)
    {
        var text = string.Join(' ', streams.Select(s => s.Trim()).Where(s => s.Length > 0)).ReplaceLineEndings(" ");
        return text.Length == 0 ? "" : ": " + (text.Length > MostSaid ? "…" + text[^MostSaid..] : text);
    }
}
