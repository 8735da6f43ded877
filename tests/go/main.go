// Reads pages with the parsers that Prometheus is made of. Each line of the input is a page, in JSON; the answer is a
// line with what is on it: the name, the labels and the bits of the value of each sample.
package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

type page struct {
	Protobuf bool
	Hex      string
}

// A name, labels, the bits of a value.
type sample [3]any

func main() {
	out := json.NewEncoder(os.Stdout)
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		check(err)
		var page page
		check(json.Unmarshal(line, &page))
		content, err := hex.DecodeString(page.Hex)
		check(err)
		samples := []sample{}
		for _, family := range families(content, page.Protobuf) {
			for _, metric := range family.Metric {
				samples = append(samples, samplesOf(family, metric)...)
			}
		}
		check(out.Encode(samples))
	}
}

func families(page []byte, protobuf bool) (families []*dto.MetricFamily) {
	format := expfmt.FmtText
	if protobuf {
		format = expfmt.FmtProtoDelim
	} else {
		// the decoder of text loses what is wrong with the end of a page
		var parser expfmt.TextParser
		_, err := parser.TextToMetricFamilies(bytes.NewReader(page))
		check(err)
	}
	decoder := expfmt.NewDecoder(bytes.NewReader(page), format)
	for {
		var family dto.MetricFamily
		err := decoder.Decode(&family)
		if err == io.EOF {
			return
		}
		check(err)
		families = append(families, &family)
	}
}

func samplesOf(family *dto.MetricFamily, metric *dto.Metric) (samples []sample) {
	add := func(suffix string, le *float64, value float64) {
		labels := map[string]string{}
		for _, label := range metric.Label {
			labels[label.GetName()] = label.GetValue()
		}
		if le != nil {
			labels["le"] = number(*le)
		}
		bits := fmt.Sprintf("%016x", math.Float64bits(value))
		samples = append(samples, sample{family.GetName() + suffix, labels, bits})
	}
	switch family.GetType() {
	case dto.MetricType_COUNTER:
		add("", nil, metric.Counter.GetValue())
	case dto.MetricType_GAUGE:
		add("", nil, metric.Gauge.GetValue())
	case dto.MetricType_UNTYPED:
		add("", nil, metric.Untyped.GetValue())
	case dto.MetricType_SUMMARY:
		add("_sum", nil, metric.Summary.GetSampleSum())
		add("_count", nil, float64(metric.Summary.GetSampleCount()))
	case dto.MetricType_HISTOGRAM, dto.MetricType_GAUGE_HISTOGRAM:
		infinite := math.Inf(1)
		all := false
		for _, bucket := range metric.Histogram.Bucket {
			all = all || *bucket.UpperBound == infinite
			add("_bucket", bucket.UpperBound, float64(bucket.GetCumulativeCount()))
		}
		if !all {
			add("_bucket", &infinite, float64(metric.Histogram.GetSampleCount()))
		}
		add("_sum", nil, metric.Histogram.GetSampleSum())
		add("_count", nil, float64(metric.Histogram.GetSampleCount()))
	}
	return
}

// As the text format has it.
func number(value float64) string {
	if math.IsInf(value, 1) {
		return "+Inf"
	}
	return strconv.FormatFloat(value, 'g', -1, 64)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
