using HospitalStreaming.Bench.Lake;

// Each benchmark runs the product beside a peer on the same servers and prints figures and ratios; exit code 1 where a bar is missed.
return args switch
{
    ["lake", .. var rest] => await LakeBench.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: HospitalStreaming.Bench lake [--records N] [--gzip] [--only hospital|benthos]   (needs the lab: HOSPITAL_LAB, or ../shared/lab)");
    return 2;
}
