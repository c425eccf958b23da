using Litestream.Agent.Reporting;
using Litestream.DynamoDb;

namespace Litestream.Agent.RemoteCommands;

/// <summary>
/// A step of a command that the table must have done, or answered: what was asked may have happened though no answer came, so it is asked again, and finds
/// out. Only for what may be asked twice.
/// </summary>
internal sealed class PatientTable(TimeProvider time)
{
    private readonly RetryDelay _retry = new(TimeSpan.FromSeconds(30), Random.Shared);

    public async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await ask();
            }
            catch (FleetTableException away) when (away.Fault is not (TableFault.Refused or TableFault.Invalid))
            {
                await Task.Delay(_retry.After(failures), time, cancellationToken);
            }
        }
    }
}
