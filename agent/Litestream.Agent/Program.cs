using Litestream.Agent;
using Litestream.Agent.Commands;
using Litestream.Agent.Configuration;

// The order matters: which SQLite is decided before anything can call it, the environment is read once and by nobody else,
// and signals are heard before the first command could be interrupted.
SqliteLibrary.Choose();
var environment = AgentEnvironment.Read();
using var interruption = new Interruption();

return await CommandLine.RunAsync(args, new CommandContext
{
    Environment = environment,
    Out = Console.Out,
    Error = Console.Error,
    In = Console.IsInputRedirected ? null : Console.In,
    IsInteractive = !Console.IsErrorRedirected,
    Stop = interruption.Token,
    Interruption = interruption,
});
