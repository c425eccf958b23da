// The CDK is one other process that speaks with one of us at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
