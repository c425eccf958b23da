using Litestream.Cloud;
using Litestream.Cloud.Access;
using Litestream.Cloud.Configuration;
using Litestream.Cloud.Hosting;
using Litestream.Cloud.Table;

// The order matters: the environment is read once and by nobody else; a token is made, and help given, without a fleet; whatever fails before the first
// request is told to whoever starts us, which on Lambda is not a person but its Runtime API.
var environment = CloudEnvironment.Read();
try
{
    if (args is ["token", .. var words])
        return TokenCommand.Run(words, Console.Out, Console.Error);
    if (args is ["table", var name])
        return TableDefinition.Write(CloudOptions.TableOf(name), Console.Out);
    if (args is ["-help" or "--help" or "-h" or "help"])
        return Flags.WriteHelp(Console.Out);
    var options = CloudOptions.Read(args, environment);
    if (options.Worker is not null)
        SqliteChoice.Make();
    await using var application = CloudApplication.Build(options, TimeProvider.System);
    return await HostChoice.RunAsync(application, options);
}
catch (Exception error) when (error is StartException || environment.RuntimeApi is not null)
{
    return await HostChoice.FailedAsync(environment, error, Console.Error);
}
