using Amazon.CDK;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Lambda;
using Amazon.CDK.AWS.Scheduler;
using Constructs;

namespace Litestream.Infra.Constructs;

/// <summary>
/// The same program as the API, in the role of the worker: it drills tenants and looks at replicas, a slice at a time, so that nobody has to ask. A schedule
/// begins it through IAM; nothing else can.
/// </summary>
internal sealed class Worker : Construct
{
    /// <summary>As <c>LITESTREAM_ROLE</c> knows it.</summary>
    public const string RoleName = "worker";

    private static readonly Duration Interval = Duration.Minutes(5);

    public Worker(Construct scope, Settings settings, ReplicaBucket replicas, FleetTable table) : base(scope, "Worker")
    {
        Function = new(this, "Worker", settings, replicas, table, new FunctionProps
        {
            Description = $"Drills and looks of the Litestream fleet {settings.Stage}",
            MemorySize = 1_769, // one whole processor
            Timeout = Duration.Minutes(15),
            EphemeralStorageSize = Size.Mebibytes(settings.ScratchMebibytes),
            Environment = new Dictionary<string, string> { ["LITESTREAM_ROLE"] = RoleName },
        });
        Function.Allow(new() { Sid = "WriteEvidence", Actions = ["s3:PutObject"], Resources = [replicas.Bucket.ArnForObjects($"{ReplicaBucket.Databases}/*/drills/*.json")] });
        foreach (var statement in replicas.KeyUse("GenerateDataKey"))
            Function.Role.AddToPolicy(statement);
        // What was begun goes on at the next time anyway: an event that failed is not tried again.
        _ = new EventInvokeConfig(this, "Once", new EventInvokeConfigProps { Function = Function.Function, RetryAttempts = 0, MaxEventAge = Duration.Minutes(5) });
        var invoker = new Role(this, "Invoker", new RoleProps { AssumedBy = SchedulerOf(Stack.Of(this).Account), Description = "Begins the worker, and nothing else" });
        invoker.AddToPolicy(new PolicyStatement(new PolicyStatementProps { Sid = "BeginWorker", Actions = ["lambda:InvokeFunction"], Resources = [Function.Function.FunctionArn] }));
        _ = new CfnSchedule(this, "Schedule", new CfnScheduleProps
        {
            Description = $"Begins the worker of the Litestream fleet {settings.Stage}",
            ScheduleExpression = $"rate({Interval.ToMinutes()} minutes)",
            FlexibleTimeWindow = new CfnSchedule.FlexibleTimeWindowProperty { Mode = "OFF" },
            Target = new CfnSchedule.TargetProperty
            {
                Arn = Function.Function.FunctionArn,
                RoleArn = invoker.RoleArn,
                Input = """{"source":"aws.scheduler"}""",
                RetryPolicy = new CfnSchedule.RetryPolicyProperty { MaximumRetryAttempts = 0, MaximumEventAgeInSeconds = 300 },
            },
        });
    }

    public FleetFunction Function { get; }

    /// <summary>Schedules of this account, and of no other that names the role.</summary>
    private static ServicePrincipal SchedulerOf(string account) => new("scheduler.amazonaws.com", new ServicePrincipalOpts
    {
        Conditions = new Dictionary<string, object> { ["StringEquals"] = new Dictionary<string, object> { ["aws:SourceAccount"] = account } },
    });
}
