using Amazon.CDK;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Lambda;
using Amazon.CDK.AWS.Logs;
using Constructs;
using Function = Amazon.CDK.AWS.Lambda.Function;

namespace Litestream.Infra.Constructs;

/// <summary>The program as a function: the API and the worker are the same, each with a role of its own that may do what it does and nothing else.</summary>
internal sealed class FleetFunction : Construct
{
    public FleetFunction(Construct scope, string id, Settings settings, ReplicaBucket replicas, FleetTable table, FunctionProps props) : base(scope, id)
    {
        Log = new(this, "Log", new LogGroupProps { Retention = settings.LogRetention, RemovalPolicy = RemovalPolicy.DESTROY });
        Role = new(this, "Role", new RoleProps { AssumedBy = new ServicePrincipal("lambda.amazonaws.com"), Description = $"{id} of the Litestream fleet {settings.Stage}" });
        Tags.Of(Role).Add(ReplicaBucket.FunctionTag, settings.Stage);
        Allow(new() { Sid = "WriteItsLog", Actions = ["logs:CreateLogStream", "logs:PutLogEvents"], Resources = [Log.LogGroupArn] });
        Allow(new() { Sid = "UseTable", Actions = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"], Resources = [table.Table.TableArn] });
        Allow(new() { Sid = "ReadIndexes", Actions = ["dynamodb:Query"], Resources = [table.IndexArns] });
        foreach (var statement in replicas.Reading())
            Role.AddToPolicy(statement);
        Function = new(this, "Function", new FunctionProps
        {
            Description = props.Description,
            Runtime = Runtime.PROVIDED_AL2023,
            Handler = "bootstrap",
            Code = Code.FromAsset(settings.Program.Folder),
            Architecture = settings.Program.Architecture,
            MemorySize = props.MemorySize,
            Timeout = props.Timeout,
            EphemeralStorageSize = props.EphemeralStorageSize,
            Environment = new Dictionary<string, string>(props.Environment ?? new Dictionary<string, string>()) { ["LITESTREAM_FLEET_TABLE"] = table.Table.TableName },
            Role = Role.WithoutPolicyUpdates(),
            LogGroup = Log,
            LoggingFormat = LoggingFormat.TEXT,
        });
        Function.Node.AddDependency(Role);
    }

    public Function Function { get; }

    public Role Role { get; }

    public LogGroup Log { get; }

    public void Allow(PolicyStatementProps statement) => Role.AddToPolicy(new PolicyStatement(statement));
}
