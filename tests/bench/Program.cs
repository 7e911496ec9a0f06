using HospitalStreaming.Bench.Lake;
using HospitalStreaming.Bench.Warehouse;

// Each benchmark runs the product beside a peer on the same servers and prints figures and ratios; exit code 1 where a bar is missed.
return args switch
{
    ["lake", .. var rest] => await LakeBench.RunAsync(rest),
    ["warehouse", .. var rest] => await WarehouseBench.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: HospitalStreaming.Bench lake [--records N] [--gzip] [--only hospital|benthos|values] [--set SETTING=VALUE]   (needs the lab: HOSPITAL_LAB, or ../shared/lab)");
    Console.Error.WriteLine("       HospitalStreaming.Bench warehouse [--changes N] [--keys N] [--seconds N] [--only load|delay] [--postgres FOLDER]   (with the bundled PostgreSQL, or the one whose programs are in FOLDER)");
    return 2;
}
