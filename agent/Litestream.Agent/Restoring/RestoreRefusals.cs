using Litestream.Agent.Api.Catalogue;
using Litestream.Agent.RemoteCommands;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Restoring;

/// <summary>Why this host would refuse a restore to a new file, said when it is asked for: far away nobody can tell, here nobody need wait for it.</summary>
internal sealed class RestoreRefusals(Stores stores, RestoreElsewhere elsewhere)
{
    /// <summary>A code and a sentence; null: it would begin.</summary>
    public async Task<(string Code, string Detail)?> FindAsync(RestorePlanStep step, CancellationToken cancellationToken)
    {
        var database = TenantIds.Find(stores, step.TenantId);
        if (database is not null && step is { TargetPath: null, NewTenant: null })
            return null;
        var name = database?.Name ?? FleetKeys.TextOf(step.TenantId);
        try
        {
            var path = step.TargetPath ?? (step.NewTenant is { } fork ? elsewhere.PathOfFork(name, FleetKeys.TextOf(fork)) : elsewhere.FormerPath(name));
            if (path is null)
                return (ProblemCodes.BadArgument, $"where to? {name} is not registered here and never was; give targetPath or newTenant");
            await elsewhere.CheckAsync(name, path, cancellationToken);
            return null;
        }
        catch (RestoreRefusedException refused)
        {
            return (step.NewTenant is null ? ProblemCodes.BadPath : ProblemCodes.BadArgument, RemoteFailures.TextOf(refused));
        }
        catch (LitestreamException)
        {
            return null; // a replica does not answer: the command says so, if it still does not
        }
    }
}
