using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Packages.Recipes;

/// <summary>
/// A shell on a host, open for as long as the recipe takes: what a block sets, the next one has. Any command that fails ends it, and the test.
/// <c>systemctl</c> is ours in it: the services are children of this shell.
/// </summary>
internal sealed class Terminal : IDisposable
{
    /// <summary>Services: the agent as its unit starts it, ready when that is; and the application, app.sh in the host's folder.</summary>
    private const string Services = """
        set -eu
        systemctl() {
            verb=$1
            shift
            if [ "$1" = --now ]; then
                verb=start
                shift
            fi
            for unit in "$@"; do
                case $verb in
                    start) start_unit "$unit" ;;
                    stop) stop_unit "$unit" ;;
                    restart) stop_unit "$unit"; start_unit "$unit" ;;
                    enable | disable) ;;
                    *) echo "systemctl $verb: the test has no such thing"; exit 1 ;;
                esac
            done
        }
        start_unit() {
            case $1 in
                litestream)
                    : >litestream.log
                    litestream replicate -config litestream.yml >litestream.log 2>&1 &
                    pid_litestream=$!
                    until grep -q 'Ready:' litestream.log; do
                        sleep 0.05
                        kill -0 "$pid_litestream"
                    done
                    ;;
                app)
                    sh app.sh >app.log 2>&1 &
                    pid_app=$!
                    ;;
            esac
        }
        stop_unit() {
            case $1 in
                litestream) stopped=$pid_litestream ;;
                app) stopped=$pid_app ;;
            esac
            kill -TERM "$stopped"
            wait "$stopped"
        }
        """;

    private readonly ChildProcess _shell;
    private readonly string _folder;
    private int _blocks;

    public Terminal(string folder, IReadOnlyDictionary<string, string> environment)
    {
        _folder = folder;
        _shell = ChildProcess.Start("sh", [], folder, environment);
        File.WriteAllText(Path.Combine(folder, "services.sh"), Services);
        _shell.Input.WriteLine(". ./services.sh");
    }

    public string Said => _shell.Said;

    /// <summary>Runs the lines in the shell itself and waits for their end.</summary>
    public async Task RunAsync(string text)
    {
        var block = $"block-{++_blocks}";
        await File.WriteAllTextAsync(Path.Combine(_folder, $"{block}.sh"), text + "\n");
        // Through a file: commands that read standard input must not eat the next block.
        await _shell.Input.WriteLineAsync($". ./{block}.sh </dev/null && echo '{block} done'");
        await _shell.Input.FlushAsync();
        await Eventually.TrueAsync(
            () => _shell.HasExited || _shell.Lines.Contains($"{block} done"), () => $"{_folder}: the commands end\n{text}\n{_shell.Said}\n{Log()}", TimeSpan.FromSeconds(150));
        Assert.True(_shell.Lines.Contains($"{block} done"), $"{_folder}: a command failed\n{text}\n{_shell.Said}\n{Log()}");
    }

    public void Dispose() => _shell.Dispose();

    private string Log() => string.Join('\n', Directory.EnumerateFiles(_folder, "*.log").Select(log => $"{Path.GetFileName(log)}:\n{File.ReadAllText(log)}"));
}
